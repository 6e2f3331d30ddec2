package dev.stringsvc.gateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.stringsvc.gateway.discovery.Unhealthy;
import dev.stringsvc.gateway.live.Live;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.telemetry.Traffic;
import dev.stringsvc.gateway.telemetry.Traffic.Flow;
import dev.stringsvc.gateway.telemetry.Traffic.Served;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Upstream;
import dev.stringsvc.gateway.upstream.WatchState;
import dev.stringsvc.program.IpAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the live page shows: everything at one moment.
///
/// @param flows attempts since the start, from each route over its service to each instance
/// @param lastEvent the number of the last event, see `/events`
record LiveView(
        String at,
        boolean ready,
        List<ServiceView> services,
        List<RouteView> routes,
        List<FlowView> flows,
        long lastEvent) {

    /// @param retriesLeft how many retries the budget allows now; `null` if no route forwards to it
    /// @param unhealthy instances that the registry knows and that get no requests
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ServiceView(
            String service,
            boolean panic,
            WatchView watch,
            ServedView served,
            @Nullable Long retriesLeft,
            List<InstanceView> instances,
            List<UnhealthyView> unhealthy) {}

    /// @param ageSeconds since the registry last answered; `null` if it never did
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record WatchView(
            long index,
            @Nullable Double ageSeconds,
            boolean remembered,
            @Nullable String error) {}

    /// Requests of a service, or attempts on an instance.
    ///
    /// @param count since the start
    /// @param failures of these
    /// @param retries attempts after the first, since the start; 0 for an instance
    /// @param errors the share that failed in the last minute, 0 to 1
    record ServedView(long count, long failures, long retries, double errors, double p50Millis, double p99Millis) {
        static ServedView of(Served served) {
            return new ServedView(
                    served.count(),
                    served.failures(),
                    served.retries(),
                    served.errors(),
                    RequestsApi.millis(served.p50()),
                    RequestsApi.millis(served.p99()));
        }
    }

    /// @param state what the gateway thinks: `active`, `ejected`, `suspect` or `draining`
    /// @param registry what the registry says: `healthy`, `not listed`, or for example `critical`
    /// @param registryReason the check that fails, and what it said
    /// @param differ true if the gateway and the registry do not agree
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record InstanceView(
            String id,
            String address,
            String state,
            @Nullable String lastFailure,
            @Nullable String ejectedAt,
            String since,
            int inFlight,
            int weight,
            String registry,
            @Nullable String registryReason,
            boolean differ,
            ServedView served) {}

    record UnhealthyView(String id, String address, String status, String reason) {
        static UnhealthyView of(Unhealthy one) {
            return new UnhealthyView(
                    one.key().id(),
                    IpAddress.withPort(one.key().host(), one.key().port()),
                    one.status(),
                    one.reason());
        }
    }

    /// @param source `file` or `tags`
    /// @param state `live` or `quarantined`
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record RouteView(
            String name,
            String takes,
            @Nullable String service,
            String source,
            String state,
            @Nullable String reason) {}

    record FlowView(String route, String service, String instance, long attempts) {}

    /// Reads what is live now.
    ///
    /// @param now by the clock that says when discovery answered
    static LiveView of(Live live, Traffic traffic, Instant now, long lastEvent) {
        Map<String, Served> services = traffic.services();
        Map<Traffic.Instance, Served> instances = traffic.instances();
        Map<String, Long> retriesLeft = retriesLeft(live);
        return new LiveView(
                now.toString(),
                live.ready(),
                live.upstreams().stream()
                        .map(upstream -> new ServiceView(
                                upstream.service(),
                                upstream.panic(),
                                watch(upstream.watch(), now),
                                ServedView.of(services.getOrDefault(upstream.service(), Served.NONE)),
                                retriesLeft.get(upstream.service()),
                                upstream.all().stream()
                                        .map(endpoint -> instance(endpoint, upstream, instances))
                                        .toList(),
                                upstream.unhealthy().stream()
                                        .map(UnhealthyView::of)
                                        .toList()))
                        .toList(),
                routes(live),
                flows(traffic.attempts()),
                lastEvent);
    }

    private static List<FlowView> flows(Map<Flow, Long> attempts) {
        List<FlowView> flows = new ArrayList<>(attempts.size());
        attempts.forEach((flow, count) -> flows.add(new FlowView(
                flow.route(), flow.instance().service(), flow.instance().id(), count)));
        return flows;
    }

    private static WatchView watch(WatchState watch, Instant now) {
        @Nullable Instant answeredAt = watch.answeredAt();
        return new WatchView(
                watch.index(),
                answeredAt == null ? null : Duration.between(answeredAt, now).toMillis() / 1000.0,
                watch.remembered(),
                watch.error());
    }

    /// By service.
    private static Map<String, Long> retriesLeft(Live live) {
        Map<String, Long> left = new HashMap<>();
        live.routing()
                .table()
                .forwarding()
                .forEach((route, to) -> left.computeIfAbsent(
                        to.service(), service -> live.routing().forwarder(route).retriesLeft()));
        return left;
    }

    private static InstanceView instance(
            Endpoint endpoint, Upstream upstream, Map<Traffic.Instance, Served> instances) {
        var instance = endpoint.instance();
        Endpoint.State state = endpoint.state();
        @Nullable Unhealthy opinion = upstream.unhealthy(instance.key());
        boolean listed = state != Endpoint.State.SUSPECT && state != Endpoint.State.DRAINING;
        String registry = opinion != null ? opinion.status() : listed ? "healthy" : "not listed";
        boolean usable = state == Endpoint.State.ACTIVE || state == Endpoint.State.SUSPECT;
        var key = new Traffic.Instance(upstream.service(), instance.id());
        return new InstanceView(
                instance.id(),
                IpAddress.withPort(instance.host(), instance.port()),
                state.word(),
                endpoint.lastFailure(),
                endpoint.ejectedAt() == null ? null : endpoint.ejectedAt().toString(),
                endpoint.since().toString(),
                endpoint.inFlight(),
                endpoint.weight(),
                registry,
                opinion == null || opinion.reason().isEmpty() ? null : opinion.reason(),
                usable != registry.equals("healthy"),
                ServedView.of(instances.getOrDefault(key, Served.NONE)));
    }

    private static List<RouteView> routes(Live live) {
        var table = live.routing().table();
        List<RouteView> routes = new ArrayList<>();
        for (Route route : table.inOrder()) {
            routes.add(new RouteView(
                    route.name(),
                    route.predicates().toString(),
                    route.action() instanceof Action.Forward to ? to.service() : null,
                    table.isTagged(route) ? "tags" : "file",
                    "live",
                    null));
        }
        if (live.tags() != null) {
            live.tags()
                    .quarantined()
                    .forEach(one -> routes.add(
                            new RouteView(one.route(), "", one.service(), "tags", "quarantined", one.reason())));
        }
        return routes;
    }
}
