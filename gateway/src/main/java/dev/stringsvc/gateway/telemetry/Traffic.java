package dev.stringsvc.gateway.telemetry;

import dev.stringsvc.gateway.client.Exchange;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What was served since the start and in the last minute: requests by route, and attempts by route and
/// instance. Thread-safe.
public final class Traffic implements Exchange.Listener {
    /// The most combinations of route and instance. Further ones are not counted.
    static final int MOST = 2_000;

    private final LongSupplier millis;
    private final Map<Path, Minute> requests = new ConcurrentHashMap<>();
    private final Map<Flow, Minute> attempts = new ConcurrentHashMap<>();

    private record Path(String route, String service) {}

    /// Attempts of one route on one instance.
    public record Flow(String route, String service, String instance) {}

    /// @param count since the start
    /// @param failures of these: requests as [Exchange#failed] has it, attempts as [Exchange.Made#failed]
    /// @param retries attempts after the first, since the start; 0 for attempts
    /// @param errors the share of the last minute's that failed, 0 to 1
    /// @param p50 half of the last minute's took no longer; zero if there were none
    /// @param p99 99 % of the last minute's took no longer; zero if there were none
    public record Served(long count, long failures, long retries, double errors, Duration p50, Duration p99) {}

    /// @param millis a clock that never goes back
    Traffic(LongSupplier millis) {
        this.millis = millis;
    }

    @Override
    public void finished(Exchange exchange) {
        @Nullable String route = exchange.route();
        @Nullable String service = exchange.service();
        if (route == null || service == null) {
            return;
        }
        long now = millis.getAsLong();
        @Nullable Minute minute = minute(requests, new Path(route, service));
        if (minute != null) {
            minute.add(exchange.took(), exchange.failed(), Math.max(0, exchange.attempts() - 1), now);
        }
        for (Exchange.Made attempt : exchange.made()) {
            @Nullable Minute ofInstance = minute(attempts, new Flow(route, service, attempt.instance()));
            if (ofInstance != null) {
                ofInstance.add(attempt.took(), attempt.failed(), 0, now);
            }
        }
    }

    private static <K> @Nullable Minute minute(Map<K, Minute> minutes, K key) {
        @Nullable Minute known = minutes.get(key);
        return known != null || minutes.size() >= MOST ? known : minutes.computeIfAbsent(key, ignored -> new Minute());
    }

    /// The attempts since the start, by route and instance.
    public Map<Flow, Long> attempts() {
        Map<Flow, Long> counts = new HashMap<>();
        attempts.forEach((flow, minute) -> counts.put(flow, minute.count()));
        return counts;
    }

    /// What a service has served.
    public Served of(String service) {
        return served(requests, path -> path.service().equals(service));
    }

    /// The attempts on one instance of a service.
    public Served of(String service, String instance) {
        return served(
                attempts,
                flow -> flow.service().equals(service) && flow.instance().equals(instance));
    }

    private <K> Served served(Map<K, Minute> minutes, Predicate<K> which) {
        var latencies = new Latencies();
        long count = 0;
        long failures = 0;
        long retries = 0;
        long failed = 0;
        long now = millis.getAsLong();
        for (Map.Entry<K, Minute> entry : minutes.entrySet()) {
            if (which.test(entry.getKey())) {
                Minute minute = entry.getValue();
                count += minute.count();
                failures += minute.failures();
                retries += minute.retries();
                failed += minute.addTo(latencies, now);
            }
        }
        long recent = latencies.count();
        return new Served(
                count,
                failures,
                retries,
                recent == 0 ? 0 : (double) failed / recent,
                Duration.ofNanos(latencies.quantile(0.5)),
                Duration.ofNanos(latencies.quantile(0.99)));
    }

    void forget(String service, String instance) {
        attempts.keySet()
                .removeIf(flow ->
                        flow.service().equals(service) && flow.instance().equals(instance));
    }

    void routesGone(Collection<String> routes) {
        requests.keySet().removeIf(path -> routes.contains(path.route()));
        attempts.keySet().removeIf(flow -> routes.contains(flow.route()));
    }
}
