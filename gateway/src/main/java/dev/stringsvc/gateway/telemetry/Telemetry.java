package dev.stringsvc.gateway.telemetry;

import dev.stringsvc.gateway.client.ConnectionLimit;
import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.live.Live;
import dev.stringsvc.gateway.live.LiveListener;
import dev.stringsvc.gateway.proxy.AccessLog;
import dev.stringsvc.gateway.retry.Attempt;
import dev.stringsvc.gateway.retry.AttemptListener;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Upstream;
import dev.stringsvc.gateway.upstream.UpstreamListener;
import dev.stringsvc.gateway.upstream.WatchState;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.program.ProgramMeters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The gateway's meters. An instance's meters are removed when it leaves, so that services whose
/// instances come and go do not fill the memory. At most [InstanceMeters#MOST] instances have meters of
/// their own, and at most [RequestMeters#MOST] combinations of route, status and instance; the rest is
/// counted under the instance `others`. [Metric] names them, and `docs/metrics.md` explains them.
/// Thread-safe.
public final class Telemetry
        implements Exchange.Listener,
                AttemptListener,
                UpstreamListener,
                ConnectionLimit.Listener,
                LiveListener,
                AutoCloseable {
    private static final String NONE = "none";
    private final ProgramMeters meters;
    private final MeterRegistry registry;
    private final Counter idleClosed;
    private final Counter connectionsRefused;
    private final Counter reloads;
    private final Counter refusedReloads;
    private final CallMeters calls;
    private final RequestMeters requests;
    private final AttemptMeters attempts;
    private final InstanceMeters instances;
    private final ServiceMeters services;
    private final Observations observations;

    /// @param exemplars true if the histogram of requests has spans as exemplars
    /// @param otlp where meters are sent, too; its library is loaded only for this
    public Telemetry(Clock clock, boolean exemplars, Optional<OtlpMeters.Settings> otlp) {
        List<MeterRegistry> others = otlp.isPresent() ? List.of(OtlpMeters.start(otlp.get())) : List.of();
        this.meters = new ProgramMeters(Metric.formerNames(), exemplars, others);
        this.registry = meters.registry();
        this.idleClosed = Metric.CONNECTIONS_SHED.counter(registry, "idle");
        this.connectionsRefused = Metric.CONNECTIONS_SHED.counter(registry, "refused");
        this.reloads = Metric.RELOADS.counter(registry, "ok");
        this.refusedReloads = Metric.RELOADS.counter(registry, "refused");
        this.calls = new CallMeters(registry);
        this.requests = new RequestMeters(meters);
        this.attempts = new AttemptMeters(registry);
        this.instances = new InstanceMeters(registry);
        this.services = new ServiceMeters(registry, clock);
        this.observations = new Observations(clock, instances::isPresent);
    }

    /// What the admin port tells of the recent past.
    public Observations observations() {
        return observations;
    }

    /// All meters.
    ///
    /// @param accept what the reader takes, as in HTTP's `Accept`
    public ProgramMeters.Page scrape(@Nullable String accept) {
        return meters.scrape(accept);
    }

    /// Registers the meter of requests in flight.
    public void inFlight(IntSupplier inFlight) {
        gauge(Metric.IN_FLIGHT, inFlight);
    }

    /// Registers the meter of clients' open connections.
    public void connections(IntSupplier connections) {
        gauge(Metric.CONNECTIONS, connections);
    }

    @Override
    public void closedIdle() {
        idleClosed.increment();
    }

    @Override
    public void refused() {
        connectionsRefused.increment();
    }

    /// Registers the meters of lines missing from the log.
    public void log(LogWriter writer, AccessLog accessLog) {
        var _ = Metric.LOG_LINES_DROPPED.counter(registry, writer, LogWriter::dropped);
        var _ = Metric.ACCESS_LINES_OMITTED.counter(registry, accessLog, AccessLog::omitted);
    }

    /// Registers the meters of long answers and WebSockets, which do not count as in flight.
    public void lasting(IntSupplier streams, IntSupplier tunnels) {
        gauge(Metric.STREAMS, streams);
        gauge(Metric.TUNNELS, tunnels);
    }

    /// Registers the meters of the live configuration.
    public void live(Supplier<Live> live) {
        observations.live(live);
        LiveMeters.of(registry, live);
    }

    @Override
    public void reloaded(String changes) {
        reloads.increment();
        observations.reloaded(changes);
    }

    @Override
    public void reloadRefused(String why) {
        refusedReloads.increment();
        observations.reloadRefused(why);
    }

    @Override
    public void quarantined(String service, String route, String reason) {
        observations.quarantined(service, route, reason);
    }

    /// Registers the meters of a service's instances and its watch.
    public void upstream(Upstream upstream) {
        services.add(upstream);
    }

    @Override
    public void retired(Upstream upstream) {
        observations.retired(upstream);
        remove("service", Set.of(upstream.service()));
    }

    @Override
    public void routesGone(Collection<String> names) {
        if (!names.isEmpty()) {
            Set<String> gone = Set.copyOf(names);
            remove("route", gone);
            requests.routesGone(gone);
            attempts.routesGone(gone);
            calls.routesGone(gone);
            observations.routesGone(gone);
        }
    }

    private void remove(String tag, Set<String> values) {
        registry.getMeters().stream()
                .map(Meter::getId)
                .filter(id -> {
                    @Nullable String value = id.getTag(tag);
                    return value != null && values.contains(value);
                })
                .forEach(registry::remove);
    }

    @Override
    public void finished(Exchange exchange) {
        observations.finished(exchange);
        String route = orNone(exchange.route());
        requests.finished(exchange, route);
        if (exchange.call() != null) {
            calls.finished(exchange, exchange.call(), route);
        }
        @Nullable String instance = exchange.instance();
        if (instance != null && !instances.isPresent(instance)) {
            forget(instance); // it left while it answered
        }
    }

    private void forget(String instance) {
        remove("instance", Set.of(instance));
        requests.forget(instance);
    }

    @Override
    public void joined(String service, Endpoint endpoint) {
        instances.joined(service, endpoint);
        observations.joined(service, endpoint);
    }

    @Override
    public void left(String service, Endpoint endpoint, String why) {
        boolean last = instances.left(service, endpoint);
        observations.left(service, endpoint, why);
        if (last) {
            forget(endpoint.id());
        }
    }

    private static String orNone(@Nullable String value) {
        return value == null ? NONE : value;
    }

    @Override
    public void attempted(Route route, Attempt attempt) {
        attempts.attempted(route, attempt);
    }

    @Override
    public void retried(Route route) {
        attempts.retried(route);
    }

    @Override
    public void budgetExhausted(Route route) {
        attempts.budgetExhausted(route);
    }

    @Override
    public void hedged(Route route) {
        attempts.hedged(route);
    }

    @Override
    public void hedgeBudgetExhausted(Route route) {
        attempts.hedgeBudgetExhausted(route);
    }

    @Override
    public void probed(Route route, AttemptResult result) {
        attempts.probed(route, result);
    }

    @Override
    public void suspected(String service, Endpoint endpoint) {
        observations.suspected(service, endpoint);
    }

    @Override
    public void returned(String service, Endpoint endpoint) {
        observations.returned(service, endpoint);
    }

    @Override
    public void panicked(String service, boolean panic) {
        observations.panicked(service, panic);
    }

    @Override
    public void ejected(String service, Endpoint endpoint) {
        observations.ejected(service, endpoint);
        services.ejected(service);
    }

    @Override
    public void watched(String service, WatchState state) {
        observations.watched(service, state);
        services.watched(service, state);
    }

    private void gauge(Metric metric, IntSupplier value) {
        metric.gauge(value, IntSupplier::getAsInt).strongReference(true).register(registry);
    }

    @Override
    public void close() {
        meters.close();
    }
}
