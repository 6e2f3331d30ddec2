package dev.stringsvc.gateway.telemetry;

import dev.stringsvc.gateway.retry.Attempt;
import dev.stringsvc.gateway.retry.AttemptListener;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.transport.AttemptResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The meters of attempts, retries, copies and probes, by route. A route's counters begin at 0 with its
/// first attempt, because Prometheus sees an increase only between two values. Thread-safe.
final class AttemptMeters implements AttemptListener {
    private final MeterRegistry registry;
    private final Map<Key, Timer> attempts = new ConcurrentHashMap<>();
    private final Map<String, Counters> counters = new ConcurrentHashMap<>();

    private static final String RESPONDED = "responded";

    private record Key(String route, String outcome) {}

    private record Counters(
            Counter retries, Counter retryBudgetExhausted, Counter hedges, Counter hedgeBudgetExhausted) {}

    AttemptMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void attempted(Route route, Attempt attempt) {
        var key = new Key(route.name(), attempt.overtaken() ? "overtaken" : outcome(attempt.result()));
        attempts.computeIfAbsent(key, this::timer).record(attempt.took());
    }

    private Timer timer(Key key) {
        var _ = counters(key.route());
        return Metric.ATTEMPTS.timer(key.route(), key.outcome()).register(registry);
    }

    private Counters counters(String route) {
        return counters.computeIfAbsent(route, this::newCounters);
    }

    private Counters newCounters(String route) {
        var _ = Metric.PROBES.counter(registry, route, RESPONDED);
        return new Counters(
                Metric.RETRIES.counter(registry, route),
                Metric.RETRY_BUDGET_EXHAUSTED.counter(registry, route),
                Metric.HEDGES.counter(registry, route),
                Metric.HEDGE_BUDGET_EXHAUSTED.counter(registry, route));
    }

    private static String outcome(AttemptResult result) {
        return switch (result) {
            case AttemptResult.Responded ignored -> RESPONDED;
            case AttemptResult.NotSent ignored -> "not-sent";
            case AttemptResult.MaybeSent ignored -> "maybe-sent";
            case AttemptResult.TimedOut ignored -> "timed-out";
            case AttemptResult.ClientFault ignored -> "client-fault";
            case AttemptResult.Unsendable ignored -> "unsendable";
        };
    }

    @Override
    public void retried(Route route) {
        counters(route.name()).retries().increment();
    }

    @Override
    public void budgetExhausted(Route route) {
        counters(route.name()).retryBudgetExhausted().increment();
    }

    @Override
    public void hedged(Route route) {
        counters(route.name()).hedges().increment();
    }

    @Override
    public void hedgeBudgetExhausted(Route route) {
        counters(route.name()).hedgeBudgetExhausted().increment();
    }

    @Override
    public void probed(Route route, AttemptResult result) {
        Metric.PROBES.counter(registry, route.name(), outcome(result)).increment();
    }

    /// Forgets routes whose meters were removed.
    void routesGone(Collection<String> routes) {
        attempts.keySet().removeIf(key -> routes.contains(key.route()));
        counters.keySet().removeAll(routes);
    }
}
