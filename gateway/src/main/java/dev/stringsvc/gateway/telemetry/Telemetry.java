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
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The gateway's meters. An instance's meters are removed when it leaves, so that services whose
/// instances come and go do not fill the memory. At most [#MOST_INSTANCES] instances have meters of
/// their own, and at most [#MOST_REQUESTS] combinations of route, status and instance; the rest is
/// counted under the instance `others`. Thread-safe.
///
/// | meter | tags | what |
/// |---|---|---|
/// | `gateway_requests_seconds` | route, status, instance | time of each request to its last byte, as a histogram |
/// | `gateway_attempts_seconds` | route, outcome | time of each attempt to its answer's head |
/// | `gateway_grpc_calls_seconds` | route, grpc_method, grpc_status | time of each gRPC call to its last byte |
/// | `gateway_retries_total` | route | further attempts |
/// | `gateway_retry_budget_exhausted_total` | route | further attempts that the budget forbade |
/// | `gateway_hedges_total` | route | copies begun beside an attempt that takes long |
/// | `gateway_hedge_budget_exhausted_total` | route | copies that their budget forbade |
/// | `gateway_requests_in_flight` | | requests that are not yet answered |
/// | `gateway_connections` | | clients' connections that are open |
/// | `gateway_connections_shed_total` | reason | connections there was no room for: idle (closed), refused |
/// | `gateway_streams` | | answers that last and count for themselves (`limits.streams`) |
/// | `gateway_tunnels` | | WebSockets that are open (`limits.tunnels`) |
/// | `gateway_instances` | service, state | instances: active, ejected, suspect, draining |
/// | `gateway_ejections_total` | service | how often an instance was ejected |
/// | `gateway_probes_total` | route, outcome | copies of requests sent to ejected instances |
/// | `gateway_panic` | service | 1 while so many instances fail that all are used, else 0 |
/// | `gateway_instance_in_flight` | service, instance | requests in flight to an instance |
/// | `gateway_watch_age_seconds` | service | since discovery last answered; NaN before it did |
/// | `gateway_watch_index` | service | Consul's index of that answer |
/// | `gateway_watch_errors_total` | service | discovery queries that failed |
/// | `gateway_log_lines_dropped_total` | | lines that could not be written to the log |
/// | `gateway_access_lines_omitted_total` | | requests without a line of their own (`access-log`) |
/// | `gateway_routes` | state | routes: live, quarantined |
/// | `gateway_config_reloads_total` | result | how often the configuration was loaded again: ok, refused |
/// | `gateway_config_loaded_timestamp_seconds` | | when what is live was loaded |
public final class Telemetry
        implements Exchange.Listener,
                AttemptListener,
                UpstreamListener,
                ConnectionLimit.Listener,
                LiveListener,
                AutoCloseable {
    private static final String NONE = "none";
    private static final String OTHERS = "others";
    /// Each adds one line to `/metrics`.
    static final int MOST_INSTANCES = 1_000;
    /// Each adds a histogram of 17 lines.
    static final int MOST_REQUESTS = 2_000;
    /// The most pairs of route and status under which the remaining requests are counted, without their
    /// instance.
    private static final int MOST_OTHERS = 500;

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final Counter idleClosed = registry.counter("gateway.connections.shed", "reason", "idle");
    private final Counter connectionsRefused = registry.counter("gateway.connections.shed", "reason", "refused");
    private final Counter reloads = registry.counter("gateway.config.reloads", "result", "ok");
    private final Counter refusedReloads = registry.counter("gateway.config.reloads", "result", "refused");
    private final CallMeters calls = new CallMeters(registry);
    private final Clock clock;
    private final Map<RequestKey, Timer> requests = new ConcurrentHashMap<>();
    private final Map<String, Integer> present = new ConcurrentHashMap<>();
    private final Map<AttemptKey, Timer> attempts = new ConcurrentHashMap<>();

    private final Map<Shown, Integer> shown = new ConcurrentHashMap<>();

    /// An instance of one service; another service may have an instance with the same id.
    private record Shown(String service, String instance) {}

    private record RequestKey(String route, int status, String instance) {}

    private record AttemptKey(String route, String outcome) {}

    public Telemetry(Clock clock) {
        this.clock = clock;
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    /// All meters as Prometheus text.
    public String scrape() {
        return registry.scrape();
    }

    /// Registers the meter of requests in flight.
    public void inFlight(IntSupplier inFlight) {
        Gauge.builder("gateway.requests.in.flight", inFlight, IntSupplier::getAsInt)
                .strongReference(true)
                .register(registry);
    }

    /// Registers the meter of clients' open connections.
    public void connections(IntSupplier connections) {
        Gauge.builder("gateway.connections", connections, IntSupplier::getAsInt)
                .strongReference(true)
                .register(registry);
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
        FunctionCounter.builder("gateway.log.lines.dropped", writer, LogWriter::dropped)
                .register(registry);
        FunctionCounter.builder("gateway.access.lines.omitted", accessLog, AccessLog::omitted)
                .register(registry);
    }

    /// Registers the meters of long answers and WebSockets, which do not count as in flight.
    public void lasting(IntSupplier streams, IntSupplier tunnels) {
        Gauge.builder("gateway.streams", streams, IntSupplier::getAsInt)
                .strongReference(true)
                .register(registry);
        Gauge.builder("gateway.tunnels", tunnels, IntSupplier::getAsInt)
                .strongReference(true)
                .register(registry);
    }

    /// Registers the meters of the live configuration.
    public void live(Supplier<Live> live) {
        LiveMeters.of(registry, live);
    }

    @Override
    public void reloaded(boolean ok) {
        (ok ? reloads : refusedReloads).increment();
    }

    /// Registers the meters of a service's instances and its watch.
    public void upstream(Upstream upstream) {
        Tags service = Tags.of("service", upstream.service());
        for (Endpoint.State state : Endpoint.State.values()) {
            Gauge.builder("gateway.instances", upstream, u -> count(u, state))
                    .tags(service.and("state", state.name().toLowerCase(Locale.ROOT)))
                    .register(registry);
        }
        Gauge.builder("gateway.panic", upstream, u -> u.panic() ? 1 : 0)
                .tags(service)
                .register(registry);
        counter("gateway.ejections", service);
        TimeGauge.builder("gateway.watch.age", upstream, TimeUnit.MILLISECONDS, this::ageMillis)
                .tags(service)
                .register(registry);
        Gauge.builder("gateway.watch.index", upstream, u -> u.watch().index())
                .tags(service)
                .register(registry);
    }

    @Override
    public void retired(Upstream upstream) {
        remove("service", Set.of(upstream.service()));
    }

    @Override
    public void routesGone(Collection<String> names) {
        if (!names.isEmpty()) {
            Set<String> gone = Set.copyOf(names);
            remove("route", gone);
            requests.keySet().removeIf(key -> gone.contains(key.route()));
            attempts.keySet().removeIf(key -> gone.contains(key.route()));
            calls.routesGone(gone);
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

    private static long count(Upstream upstream, Endpoint.State state) {
        return Stream.concat(upstream.endpoints().stream(), upstream.draining().stream())
                .filter(endpoint -> endpoint.state() == state)
                .count();
    }

    private double ageMillis(Upstream upstream) {
        @Nullable Instant answeredAt = upstream.watch().answeredAt();
        return answeredAt == null
                ? Double.NaN
                : Duration.between(answeredAt, clock.instant()).toMillis();
    }

    @Override
    public void finished(Exchange exchange) {
        var key = new RequestKey(orNone(exchange.route()), exchange.status(), orNone(exchange.instance()));
        timer(key).record(exchange.took());
        if (exchange.call() != null) {
            calls.finished(exchange, exchange.call(), key.route());
        }
        if (exchange.instance() != null && !present.containsKey(exchange.instance())) {
            forget(exchange.instance()); // it left while it answered
        }
    }

    private Timer timer(RequestKey key) {
        @Nullable Timer known = requests.get(key);
        if (known != null) {
            return known;
        }
        if (requests.size() < MOST_REQUESTS) {
            return requests.computeIfAbsent(key, this::requestTimer);
        }
        var folded = new RequestKey(key.route(), key.status(), OTHERS);
        boolean room = requests.containsKey(folded) || requests.size() < MOST_REQUESTS + MOST_OTHERS;
        return requests.computeIfAbsent(
                room ? folded : new RequestKey(OTHERS, key.status() / 100 * 100, OTHERS), this::requestTimer);
    }

    private Timer requestTimer(RequestKey key) {
        return Timer.builder("gateway.requests")
                .tag("route", key.route())
                .tag("status", Integer.toString(key.status()))
                .tag("instance", key.instance())
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    private static String orNone(@Nullable String value) {
        return value == null ? NONE : value;
    }

    @Override
    public void attempted(Route route, Attempt attempt) {
        var key = new AttemptKey(route.name(), attempt.overtaken() ? "overtaken" : outcome(attempt.result()));
        attempts.computeIfAbsent(key, this::attemptTimer).record(attempt.took());
    }

    private Timer attemptTimer(AttemptKey key) {
        return Timer.builder("gateway.attempts")
                .tag("route", key.route())
                .tag("outcome", key.outcome())
                .register(registry);
    }

    private static String outcome(AttemptResult result) {
        return switch (result) {
            case AttemptResult.Responded ignored -> "responded";
            case AttemptResult.NotSent ignored -> "not-sent";
            case AttemptResult.MaybeSent ignored -> "maybe-sent";
            case AttemptResult.TimedOut ignored -> "timed-out";
            case AttemptResult.ClientFault ignored -> "client-fault";
            case AttemptResult.Unsendable ignored -> "unsendable";
        };
    }

    @Override
    public void retried(Route route) {
        counter("gateway.retries", Tags.of("route", route.name())).increment();
    }

    @Override
    public void budgetExhausted(Route route) {
        counter("gateway.retry.budget.exhausted", Tags.of("route", route.name()))
                .increment();
    }

    @Override
    public void hedged(Route route) {
        counter("gateway.hedges", Tags.of("route", route.name())).increment();
    }

    @Override
    public void hedgeBudgetExhausted(Route route) {
        counter("gateway.hedge.budget.exhausted", Tags.of("route", route.name()))
                .increment();
    }

    @Override
    public void probed(Route route, AttemptResult result) {
        counter("gateway.probes", Tags.of("route", route.name(), "outcome", outcome(result)))
                .increment();
    }

    @Override
    public void ejected(String service, Endpoint endpoint) {
        counter("gateway.ejections", Tags.of("service", service)).increment();
    }

    @Override
    public void joined(String service, Endpoint endpoint) {
        String instance = endpoint.id();
        present.merge(instance, 1, Integer::sum);
        boolean first = shown.merge(new Shown(service, instance), 1, Integer::sum) == 1;
        if (first && shown.size() <= MOST_INSTANCES) {
            Gauge.builder("gateway.instance.in.flight", endpoint, Endpoint::inFlight)
                    .tags("service", service, "instance", instance)
                    .register(registry);
        }
    }

    /// Ids are unique only per Consul agent: if another instance with the same id remains, the meters
    /// stay.
    @Override
    public void left(String service, Endpoint endpoint) {
        String instance = endpoint.id();
        if (lessOne(shown, new Shown(service, instance))) {
            registry.find("gateway.instance.in.flight")
                    .tags("service", service, "instance", instance)
                    .meters()
                    .forEach(registry::remove);
        }
        if (lessOne(present, instance)) {
            forget(instance);
        }
    }

    /// Decrements a count; true if it has reached zero.
    private static <K> boolean lessOne(Map<K, Integer> counts, K key) {
        return counts.computeIfPresent(key, (id, count) -> count > 1 ? count - 1 : null) == null;
    }

    private void forget(String instance) {
        remove("instance", Set.of(instance));
        requests.keySet().removeIf(key -> key.instance().equals(instance));
    }

    @Override
    public void watched(String service, WatchState state) {
        Counter errors = counter("gateway.watch.errors", Tags.of("service", service));
        if (state.error() != null) {
            errors.increment();
        }
    }

    private Counter counter(String name, Tags tags) {
        return registry.counter(name, tags);
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
