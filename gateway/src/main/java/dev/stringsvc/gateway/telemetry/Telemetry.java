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
/// instances come and go do not fill the memory. At most [InstanceMeters#MOST] instances have meters of
/// their own, and at most [RequestMeters#MOST] combinations of route, status and instance; the rest is
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
/// | `gateway_watch_index` | service | Consul's index of that answer, or etcd's revision |
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
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final Counter idleClosed = registry.counter("gateway.connections.shed", "reason", "idle");
    private final Counter connectionsRefused = registry.counter("gateway.connections.shed", "reason", "refused");
    private final Counter reloads = registry.counter("gateway.config.reloads", "result", "ok");
    private final Counter refusedReloads = registry.counter("gateway.config.reloads", "result", "refused");
    private final CallMeters calls = new CallMeters(registry);
    private final RequestMeters requests = new RequestMeters(registry);
    private final InstanceMeters instances = new InstanceMeters(registry);
    private final Observations observations;
    private final Clock clock;
    private final Map<AttemptKey, Timer> attempts = new ConcurrentHashMap<>();

    private record AttemptKey(String route, String outcome) {}

    public Telemetry(Clock clock) {
        this.clock = clock;
        this.observations = new Observations(clock);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    /// What the admin port tells of the recent past.
    public Observations observations() {
        return observations;
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
        observations.retired(upstream);
        remove("service", Set.of(upstream.service()));
    }

    @Override
    public void routesGone(Collection<String> names) {
        if (!names.isEmpty()) {
            Set<String> gone = Set.copyOf(names);
            remove("route", gone);
            requests.routesGone(gone);
            attempts.keySet().removeIf(key -> gone.contains(key.route()));
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
        observations.joined(service, endpoint);
        instances.joined(service, endpoint);
    }

    @Override
    public void left(String service, Endpoint endpoint, String why) {
        observations.left(service, endpoint, why);
        if (instances.left(service, endpoint)) {
            forget(endpoint.id());
        }
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
        counter("gateway.ejections", Tags.of("service", service)).increment();
    }

    @Override
    public void watched(String service, WatchState state) {
        observations.watched(service, state);
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
