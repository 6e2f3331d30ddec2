package dev.stringsvc.service.http;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// Counts and times the calls by method and outcome, and measures the JVM. Thread-safe.
final class Meters implements AutoCloseable {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<Key, Timer> timers;
    private final JvmGcMetrics gc = new JvmGcMetrics();

    Meters() {
        Map<Key, Timer> all = new HashMap<>();
        for (Method method : Method.values()) {
            for (Outcome outcome : Outcome.values()) {
                all.put(new Key(method, outcome), timer(method, outcome));
            }
        }
        timers = Map.copyOf(all);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    private Timer timer(Method method, Outcome outcome) {
        return Timer.builder("stringsvc.requests")
                .description("The calls of the string service, and how long they took")
                .tag("method", method.label())
                .tag("outcome", outcome.label())
                .register(registry);
    }

    void record(Call call, Duration took) {
        Objects.requireNonNull(timers.get(new Key(call.method(), call.outcome())))
                .record(took);
    }

    /// All meters in Prometheus's text format.
    String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }

    private record Key(Method method, Outcome outcome) {}
}
