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

/// What was served since the start and in the last minute, by route and instance. Thread-safe.
public final class Traffic implements Exchange.Listener {
    /// The most combinations of route and instance. Further ones are not counted.
    static final int MOST = 2_000;

    private final LongSupplier millis;
    private final Map<Flow, Minute> flows = new ConcurrentHashMap<>();

    /// What is counted for itself.
    ///
    /// @param instance the instance that was tried last
    public record Flow(String route, String service, String instance) {}

    /// @param requests since the start
    /// @param failures of these, as [Exchange#failed] has it
    /// @param retries attempts after the first, since the start
    /// @param errors the share of the last minute's requests that failed, 0 to 1
    /// @param p50 half of the last minute's requests took no longer; zero if there were none
    /// @param p99 99 % of the last minute's requests took no longer; zero if there were none
    public record Served(long requests, long failures, long retries, double errors, Duration p50, Duration p99) {}

    /// @param millis a clock that never goes back
    Traffic(LongSupplier millis) {
        this.millis = millis;
    }

    @Override
    public void finished(Exchange exchange) {
        @Nullable String instance = exchange.instance();
        if (exchange.route() == null || exchange.service() == null || instance == null) {
            return;
        }
        var flow = new Flow(exchange.route(), exchange.service(), instance);
        @Nullable Minute minute = flows.get(flow);
        if (minute == null && flows.size() < MOST) {
            minute = flows.computeIfAbsent(flow, ignored -> new Minute());
        }
        if (minute != null) {
            minute.add(exchange.took(), exchange.failed(), exchange.attempts() - 1, millis.getAsLong());
        }
    }

    /// The requests since the start, by route and instance.
    public Map<Flow, Long> requests() {
        Map<Flow, Long> requests = new HashMap<>();
        flows.forEach((flow, minute) -> requests.put(flow, minute.requests()));
        return requests;
    }

    /// What the flows that match have served, together.
    public Served served(Predicate<Flow> which) {
        var latencies = new Latencies();
        long requests = 0;
        long failures = 0;
        long retries = 0;
        long failed = 0;
        long now = millis.getAsLong();
        for (Map.Entry<Flow, Minute> flow : flows.entrySet()) {
            if (which.test(flow.getKey())) {
                requests += flow.getValue().requests();
                failures += flow.getValue().failures();
                retries += flow.getValue().retries();
                failed += flow.getValue().addTo(latencies, now);
            }
        }
        long recent = latencies.count();
        return new Served(
                requests,
                failures,
                retries,
                recent == 0 ? 0 : (double) failed / recent,
                Duration.ofNanos(latencies.quantile(0.5)),
                Duration.ofNanos(latencies.quantile(0.99)));
    }

    void forget(String service, String instance) {
        flows.keySet()
                .removeIf(flow ->
                        flow.service().equals(service) && flow.instance().equals(instance));
    }

    void routesGone(Collection<String> routes) {
        flows.keySet().removeIf(flow -> routes.contains(flow.route()));
    }
}
