package dev.stringsvc.gateway.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/// Every meter of the gateway, with its help text and its labels. `docs/metrics.md` has the same, and a
/// test compares the two. Prometheus shows a name with underscores and the unit, and `_total` for a
/// counter.
enum Metric {
    REQUESTS(
            "gateway.request.duration",
            "Time of requests until the last byte of their response",
            "route",
            "status",
            "instance"),
    ATTEMPTS("gateway.attempt.duration", "Time of attempts until the head of the response", "route", "outcome"),
    GRPC_CALLS(
            "gateway.grpc.call.duration",
            "Time of gRPC calls until the last byte of their response",
            "route",
            "grpc_method",
            "grpc_status"),
    RETRIES("gateway.retries", "Attempts after the first", "route"),
    RETRY_BUDGET_EXHAUSTED(
            "gateway.retry.budget.exhausted", "Attempts after the first that the retry budget forbade", "route"),
    HEDGES("gateway.hedges", "Copies of requests sent beside a slow attempt", "route"),
    HEDGE_BUDGET_EXHAUSTED("gateway.hedge.budget.exhausted", "Copies of requests that their budget forbade", "route"),
    PROBES("gateway.probes", "Copies of requests sent to ejected instances", "route", "outcome"),
    IN_FLIGHT("gateway.requests.in.flight", "Requests without a complete response"),
    CONNECTIONS("gateway.connections", "Open connections of clients"),
    CONNECTIONS_SHED(
            "gateway.connections.shed", "Clients' connections closed (idle) or refused for lack of room", "reason"),
    STREAMS("gateway.streams", "Long responses, which count against limits.streams"),
    TUNNELS("gateway.tunnels", "Open WebSockets, which count against limits.tunnels"),
    INSTANCES("gateway.instances", "Instances that are active, ejected, suspect or draining", "service", "state"),
    INSTANCE_IN_FLIGHT("gateway.instance.in.flight", "Requests in flight to an instance", "service", "instance"),
    EJECTIONS("gateway.ejections", "Ejections of instances", "service"),
    PANIC("gateway.panic", "1 while all instances are used because most of them fail, else 0", "service"),
    WATCH_AGE("gateway.watch.age", "Time since the registry last answered; NaN before its first answer", "service"),
    WATCH_INDEX("gateway.watch.index", "Consul's index of its last answer, or etcd's revision", "service"),
    WATCH_ERRORS("gateway.watch.errors", "Queries to the registry that failed", "service"),
    LOG_LINES_DROPPED("gateway.log.lines.dropped", "Log lines that could not be written"),
    ACCESS_LINES_OMITTED("gateway.access.lines.omitted", "Requests without a log line of their own"),
    ROUTES("gateway.routes", "Routes that are live, or quarantined by tag rules", "state"),
    RELOADS("gateway.config.reloads", "Reloads of the configuration that were accepted (ok) or refused", "result"),
    CONFIG_LOADED("gateway.config.loaded.timestamp", "Unix time at which the live configuration was loaded");

    private final String key;
    private final String help;

    @SuppressWarnings("ImmutableEnumChecker") // of List.of
    private final List<String> labels;

    Metric(String key, String help, String... labels) {
        this.key = key;
        this.help = help;
        this.labels = List.of(labels);
    }

    /// The former names of timers by their names, as Prometheus shows them. They go away in the next
    /// version.
    static Map<String, String> formerNames() {
        return Map.of(
                "gateway_request_duration_seconds", "gateway_requests_seconds",
                "gateway_attempt_duration_seconds", "gateway_attempts_seconds",
                "gateway_grpc_call_duration_seconds", "gateway_grpc_calls_seconds");
    }

    private Tags tags(String... values) {
        if (values.length != labels.size()) {
            throw new IllegalArgumentException(key + " has " + labels.size() + " labels");
        }
        var tags = Tags.empty();
        for (int i = 0; i < values.length; i++) {
            tags = tags.and(labels.get(i), values[i]);
        }
        return tags;
    }

    Timer.Builder timer(String... values) {
        return Timer.builder(key).description(help).tags(tags(values));
    }

    Counter counter(MeterRegistry registry, String... values) {
        return Counter.builder(key).description(help).tags(tags(values)).register(registry);
    }

    <T> FunctionCounter counter(MeterRegistry registry, T counted, ToDoubleFunction<T> count) {
        return FunctionCounter.builder(key, counted, count).description(help).register(registry);
    }

    /// The registry keeps no reference to what is measured, unless the builder is told to.
    <T> Gauge.Builder<T> gauge(T measured, ToDoubleFunction<T> value, String... values) {
        return Gauge.builder(key, measured, value).description(help).tags(tags(values));
    }

    <T> TimeGauge.Builder<T> timeGauge(T measured, ToDoubleFunction<T> millis, String... values) {
        return TimeGauge.builder(key, measured, TimeUnit.MILLISECONDS, millis)
                .description(help)
                .tags(tags(values));
    }

    /// The meter of these labels, if it is registered, no longer shows.
    void remove(MeterRegistry registry, String... values) {
        registry.find(key).tags(tags(values)).meters().forEach(registry::remove);
    }
}
