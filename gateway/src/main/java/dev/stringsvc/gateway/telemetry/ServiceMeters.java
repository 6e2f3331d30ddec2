package dev.stringsvc.gateway.telemetry;

import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Upstream;
import dev.stringsvc.gateway.upstream.WatchState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The meters of services: how many instances they have, and what their watch does. Thread-safe.
final class ServiceMeters {
    private final MeterRegistry registry;
    private final Clock clock;

    ServiceMeters(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
    }

    void add(Upstream upstream) {
        String service = upstream.service();
        for (Endpoint.State state : Endpoint.State.values()) {
            Metric.INSTANCES
                    .gauge(upstream, u -> count(u, state), service, state.word())
                    .register(registry);
        }
        Metric.PANIC.gauge(upstream, u -> u.panic() ? 1 : 0, service).register(registry);
        Metric.WATCH_AGE.timeGauge(upstream, this::ageMillis, service).register(registry);
        Metric.WATCH_INDEX.gauge(upstream, u -> u.watch().index(), service).register(registry);
        var _ = Metric.EJECTIONS.counter(registry, service);
        var _ = Metric.WATCH_ERRORS.counter(registry, service);
    }

    private static long count(Upstream upstream, Endpoint.State state) {
        return upstream.all().stream()
                .filter(endpoint -> endpoint.state() == state)
                .count();
    }

    private double ageMillis(Upstream upstream) {
        @Nullable Instant answeredAt = upstream.watch().answeredAt();
        return answeredAt == null
                ? Double.NaN
                : Duration.between(answeredAt, clock.instant()).toMillis();
    }

    void ejected(String service) {
        Metric.EJECTIONS.counter(registry, service).increment();
    }

    void watched(String service, WatchState state) {
        Counter errors = Metric.WATCH_ERRORS.counter(registry, service);
        if (state.error() != null) {
            errors.increment();
        }
    }
}
