package dev.stringsvc.gateway.live;

import dev.stringsvc.gateway.config.Configuration;
import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.gateway.config.TagRoute;
import dev.stringsvc.gateway.discovery.CatalogEvent;
import dev.stringsvc.gateway.retry.Forwarder;
import dev.stringsvc.gateway.retry.Routing;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.gateway.tags.Quarantined;
import dev.stringsvc.gateway.tags.ServiceTags;
import dev.stringsvc.gateway.tags.TagRoutes;
import dev.stringsvc.gateway.upstream.Upstream;
import dev.stringsvc.program.Label;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The routes that are live, from the file and from services' tags, and what they need. Each change makes all of it
/// anew beside what is live, keeps what stays the same, and swaps it at once: a request ends on what it began on.
/// Thread-safe.
public final class LiveRoutes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveRoutes.class);

    /// How long a change may wait for discovery's first word on new services, so that their routes begin with
    /// instances.
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /// Of the routes of one service that are quarantined anew, so many are named in the log.
    private static final int NAMED = 10;

    private final Upstreams upstreams;
    private final Forwarders forwarders;
    private final LiveListener listener;
    private final InstantSource clock;
    private final TagRoutes tagRoutes;
    private volatile Wanted wanted;
    /// When a route may be in that waits now.
    private Instant again = Instant.MAX;
    private boolean closed;
    private volatile Live live;

    /// What is to be live.
    ///
    /// @param tags of services whose tags ask for routes
    /// @param forgotten the same of those that discovery has forgotten and that still have instances
    private record Wanted(
            Configuration configuration, Map<String, List<String>> tags, Map<String, List<String>> forgotten) {
        /// The routes that tags ask for.
        static List<TagRoute> of(Map<String, List<String>> tags) {
            List<TagRoute> routes = new ArrayList<>();
            tags.forEach((service, all) -> routes.addAll(ServiceTags.routes(service, all)));
            return routes;
        }
    }

    /// Begins with the file's routes. Nothing is waited for.
    public LiveRoutes(
            Configuration configuration,
            Upstreams upstreams,
            Forwarders forwarders,
            LiveListener listener,
            TagRoutes tagRoutes,
            InstantSource clock) {
        this.tagRoutes = tagRoutes;
        this.upstreams = upstreams;
        this.forwarders = forwarders;
        this.listener = listener;
        this.clock = clock;
        this.wanted = new Wanted(configuration, Map.of(), Map.of());
        var none = new Routing(new RouteTable(List.of()), Map.of());
        boolean byTags = configuration.config().consul().routes();
        this.live = new Live(
                none,
                List.of(),
                List.of(),
                new Live.Loaded(clock.instant(), null, null),
                byTags ? new Live.Tags(false, null, List.of()) : null);
        var _ = swap(wanted, live.loaded(), live.tags(), true);
    }

    /// What is live now.
    public Live now() {
        return live;
    }

    /// The longest deadline that the operator gave any route that is live. A route by tags counts as one that says
    /// nothing of its deadline: no registration decides how long a gateway takes to stop.
    public Duration longestDeadline() {
        Configuration now = wanted.configuration();
        Map<Route, Action.Forward> ofFile = now.config().routes().forwarding();
        boolean byTags =
                !ofFile.keySet().containsAll(live.routing().table().forwarding().keySet());
        return Stream.concat(
                        ofFile.values().stream().map(Action.Forward::deadline),
                        byTags ? Stream.of(now.binder().deadline()) : Stream.empty())
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /// Takes another configuration: its routes, services and retry.
    synchronized Difference use(Configuration next) {
        return swap(
                new Wanted(next, wanted.tags(), wanted.forgotten()),
                new Live.Loaded(clock.instant(), null, null),
                live.tags(),
                false);
    }

    /// Notes that another configuration was not taken.
    synchronized void refused(String why) {
        Live now = live;
        live = new Live(
                now.routing(), now.upstreams(), now.awaited(), now.loaded().refused(clock.instant(), why), now.tags());
    }

    /// Hears what services there are.
    public synchronized void heard(CatalogEvent event) {
        Live.@Nullable Tags before = live.tags();
        if (closed || before == null) {
            return;
        }
        switch (event) {
            case CatalogEvent.Listed(var services) -> listed(services, before);
            case CatalogEvent.Failure(String reason) -> {
                if (before.error() == null) {
                    LOG.warn("services' tags cannot be asked for, their routes stay as they are: {}", reason);
                }
                say(new Live.Tags(before.answered(), reason, before.quarantined()));
            }
        }
    }

    private void say(Live.Tags told) {
        Live now = live;
        live = new Live(now.routing(), now.upstreams(), now.awaited(), now.loaded(), told);
    }

    /// A service that is not listed any more, with whatever tags, and still has instances was perhaps forgotten by an
    /// agent that has just begun: its routes stay until its instances are gone too, or others take their place.
    private void listed(Map<String, List<String>> services, Live.Tags before) {
        Map<String, List<String>> asking = new TreeMap<>(services);
        asking.values().removeIf(all -> !ServiceTags.askForRoutes(all));
        Map<String, List<String>> missing = new TreeMap<>(wanted.tags());
        missing.putAll(wanted.forgotten());
        missing.keySet().removeIf(service -> services.containsKey(service) || !upstreams.serves(service));
        var next = new Wanted(wanted.configuration(), asking, missing);
        if (before.error() != null) {
            LOG.info("services' tags are known again");
        }
        if (before.answered() && next.equals(wanted) && clock.instant().isBefore(again)) {
            say(new Live.Tags(true, null, before.quarantined()));
            return;
        }
        Difference difference = swap(next, live.loaded(), new Live.Tags(true, null, List.of()), false);
        if (!difference.isNone()) {
            LOG.info("by services' tags: {}", difference);
        }
    }

    private Difference swap(Wanted next, Live.Loaded loaded, Live.@Nullable Tags told, boolean first) {
        Live before = live;
        GatewayConfig config = next.configuration().config();
        TagRoutes.Outcome outcome =
                tagRoutes.beside(next.configuration(), Wanted.of(next.tags()), Wanted.of(next.forgotten()));
        again = outcome.again();
        Map<String, GatewayConfig.Service> definitions = new TreeMap<>();
        outcome.table().routes().forEach(route -> {
            @Nullable String service = service(route);
            if (service != null) {
                definitions.put(
                        service,
                        config.services().containsKey(service)
                                ? config.service(service)
                                : outcome.definitions().getOrDefault(service, config.service(service)));
            }
        });
        List<String> redefined = upstreams.open(definitions);
        if (!first) {
            awaitFirst();
        }
        Map<String, Forwarder> ways =
                forwarders.of(outcome.table().routes(), this::upstream, definitions, config.retry());
        List<Upstream> open = definitions.keySet().stream().map(upstreams::get).toList();
        live = new Live(
                new Routing(outcome.table(), ways),
                open,
                !first && before.ready() ? List.of() : ofFile(config),
                loaded,
                told == null ? null : new Live.Tags(told.answered(), told.error(), outcome.quarantined()));
        wanted = next;
        upstreams.keepOnly(definitions.keySet());
        var difference = Difference.between(before.routing().table(), outcome.table(), redefined);
        listener.routesGone(difference.removed());
        tell(before.tags(), outcome.quarantined())
                .forEach(one -> listener.quarantined(one.service(), one.route(), one.reason()));
        return difference;
    }

    /// Those that the file's routes name.
    private List<Upstream> ofFile(GatewayConfig config) {
        Set<Upstream> named = new HashSet<>();
        for (Route route : config.routes().routes()) {
            @Nullable Upstream upstream = upstream(route);
            if (upstream != null) {
                named.add(upstream);
            }
        }
        return List.copyOf(named);
    }

    private @Nullable Upstream upstream(Route route) {
        @Nullable String service = service(route);
        return service == null ? null : upstreams.get(service);
    }

    /// The service that a route forwards to; `null` where it does not.
    private static @Nullable String service(Route route) {
        return route.action() instanceof Action.Forward to ? to.service() : null;
    }

    private void awaitFirst() {
        try {
            upstreams.awaitFirst(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @return those that were not quarantined before
    private static List<Quarantined> tell(Live.@Nullable Tags before, List<Quarantined> now) {
        Set<Quarantined> gone = new LinkedHashSet<>(before == null ? List.of() : before.quarantined());
        List<Quarantined> added = now.stream().filter(one -> !gone.remove(one)).toList();
        tell(added, one -> LOG.warn("{} is quarantined: {}", one.route(), one.reason()));
        tell(gone, one -> LOG.info("{} is not quarantined any more for: {}", one.route(), one.reason()));
        return added;
    }

    private static void tell(Collection<Quarantined> all, Consumer<Quarantined> log) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Quarantined one : all) {
            if (counts.merge(one.service(), 1, Integer::sum) <= NAMED) {
                log.accept(one);
            }
        }
        counts.forEach((service, count) -> {
            if (count > NAMED) {
                LOG.info("{}: the same of {} routes more, see /routes", Label.of(service), count - NAMED);
            }
        });
    }

    /// Lets everything go. What is heard afterwards changes nothing.
    @Override
    public synchronized void close() {
        closed = true;
        upstreams.close();
    }
}
