package dev.stringsvc.gateway.telemetry;

import dev.stringsvc.gateway.client.Exchange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What was served since the start and in the last minute: requests by route, and attempts by route and
/// instance. Thread-safe.
public final class Traffic implements Exchange.Listener {
    /// The most combinations of route and instance. Further ones are not counted.
    static final int MOST = 2_000;

    private final LongSupplier millis;
    private final BiPredicate<String, String> present;
    private final Map<Path, Minute> requests = new ConcurrentHashMap<>();
    private final Map<Flow, Minute> attempts = new ConcurrentHashMap<>();

    private record Path(String route, String service) {}

    /// Attempts of one route on one instance.
    public record Flow(String route, Instance instance) {}

    /// @param id unique within the service
    public record Instance(String service, String id) {}

    /// @param count since the start
    /// @param failures of these: requests as [Exchange#failed] has it, attempts as [Exchange.Made#failed]
    /// @param retries attempts after the first, since the start; 0 for attempts
    /// @param errors the share of the last minute's that failed, 0 to 1
    /// @param p50 half of the last minute's took no longer; zero if there were none
    /// @param p99 99 % of the last minute's took no longer; zero if there were none
    public record Served(long count, long failures, long retries, double errors, Duration p50, Duration p99) {
        public static final Served NONE = new Served(0, 0, 0, 0, Duration.ZERO, Duration.ZERO);
    }

    /// @param millis a clock that never goes back
    /// @param present true if discovery lists an instance of a service
    Traffic(LongSupplier millis, BiPredicate<String, String> present) {
        this.millis = millis;
        this.present = present;
    }

    @Override
    public void finished(Exchange exchange) {
        @Nullable String route = exchange.route();
        @Nullable String service = exchange.service();
        if (route == null || service == null) {
            return;
        }
        long now = millis.getAsLong();
        @Nullable Minute minute = minute(requests, new Path(route, service), key -> true);
        if (minute != null) {
            minute.add(exchange.took(), exchange.failed(), Math.max(0, exchange.attempts() - 1), now);
        }
        for (Exchange.Made attempt : exchange.made()) {
            var flow = new Flow(route, new Instance(service, attempt.instance()));
            @Nullable Minute ofInstance = minute(attempts, flow, this::isPresent);
            if (ofInstance != null) {
                ofInstance.add(attempt.took(), attempt.failed(), 0, now);
            }
        }
    }

    /// An instance that has left must not be counted anew by the requests that it finishes: nobody would
    /// forget it then.
    private boolean isPresent(Flow flow) {
        return present.test(flow.instance().service(), flow.instance().id());
    }

    private static <K> @Nullable Minute minute(Map<K, Minute> minutes, K key, Predicate<K> allowed) {
        @Nullable Minute known = minutes.get(key);
        return known != null || minutes.size() >= MOST || !allowed.test(key)
                ? known
                : minutes.computeIfAbsent(key, ignored -> new Minute());
    }

    /// The attempts since the start, by route and instance.
    public Map<Flow, Long> attempts() {
        Map<Flow, Long> counts = new HashMap<>();
        attempts.forEach((flow, minute) -> counts.put(flow, minute.count()));
        return counts;
    }

    /// What each service has served.
    public Map<String, Served> services() {
        return served(requests, Path::service);
    }

    /// The attempts on each instance.
    public Map<Instance, Served> instances() {
        return served(attempts, Flow::instance);
    }

    private <K, G> Map<G, Served> served(Map<K, Minute> minutes, Function<K, G> group) {
        Map<G, List<Minute>> groups = new HashMap<>();
        minutes.forEach((key, minute) -> groups.computeIfAbsent(group.apply(key), one -> new ArrayList<>())
                .add(minute));
        Map<G, Served> served = new HashMap<>();
        groups.forEach((one, all) -> served.put(one, served(all)));
        return served;
    }

    private Served served(List<Minute> minutes) {
        var latencies = new Latencies();
        long count = 0;
        long failures = 0;
        long retries = 0;
        long failed = 0;
        long now = millis.getAsLong();
        for (Minute minute : minutes) {
            count += minute.count();
            failures += minute.failures();
            retries += minute.retries();
            failed += minute.addTo(latencies, now);
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

    /// Forgets instances that discovery does not list any more.
    void forgetDeparted() {
        attempts.keySet().removeIf(flow -> !isPresent(flow));
    }

    void routesGone(Collection<String> routes) {
        requests.keySet().removeIf(path -> routes.contains(path.route()));
        attempts.keySet().removeIf(flow -> routes.contains(flow.route()));
    }
}
