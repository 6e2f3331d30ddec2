package dev.stringsvc.gateway.telemetry;

import dev.stringsvc.gateway.upstream.Endpoint;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The meters of instances, and which instances there are. Ids are unique only per Consul agent, so
/// instances with the same id share their meters. Thread-safe.
final class InstanceMeters {
    /// The most instances with meters of their own. Each adds one line to `/metrics`.
    static final int MOST = 1_000;

    private final MeterRegistry registry;
    private final Map<String, Integer> present = new ConcurrentHashMap<>();
    private final Map<Shown, Integer> shown = new ConcurrentHashMap<>();

    /// An instance of one service; another service may have an instance with the same id.
    private record Shown(String service, String instance) {}

    InstanceMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    boolean isPresent(String instance) {
        return present.containsKey(instance);
    }

    boolean isPresent(String service, String instance) {
        return shown.containsKey(new Shown(service, instance));
    }

    void joined(String service, Endpoint endpoint) {
        String instance = endpoint.id();
        present.merge(instance, 1, Integer::sum);
        boolean first = shown.merge(new Shown(service, instance), 1, Integer::sum) == 1;
        if (first && shown.size() <= MOST) {
            Metric.INSTANCE_IN_FLIGHT
                    .gauge(endpoint, Endpoint::inFlight, service, instance)
                    .register(registry);
        }
    }

    /// True if no other instance with this id remains.
    boolean left(String service, Endpoint endpoint) {
        String instance = endpoint.id();
        if (lessOne(shown, new Shown(service, instance))) {
            Metric.INSTANCE_IN_FLIGHT.remove(registry, service, instance);
        }
        return lessOne(present, instance);
    }

    /// Decrements a count; true if it has reached zero.
    private static <K> boolean lessOne(Map<K, Integer> counts, K key) {
        return counts.computeIfPresent(key, (id, count) -> count > 1 ? count - 1 : null) == null;
    }
}
