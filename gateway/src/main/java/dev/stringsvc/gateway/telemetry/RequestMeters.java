package dev.stringsvc.gateway.telemetry;

import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.program.ProgramMeters;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The histograms of requests by route, status and instance. If there are too many combinations,
/// further ones are counted together. Thread-safe.
final class RequestMeters {
    /// The most combinations with their instance. Each adds a histogram of 17 lines.
    static final int MOST = 2_000;
    /// The most pairs of route and status under which the remaining requests are counted, without their
    /// instance.
    private static final int MOST_OTHERS = 500;

    private static final String NONE = "none";
    private static final String OTHERS = "others";
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

    private final ProgramMeters meters;
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

    private record Key(String route, int status, String instance) {}

    RequestMeters(ProgramMeters meters) {
        this.meters = meters;
    }

    /// @param route its name, or `none`
    void finished(Exchange exchange, String route) {
        String instance = exchange.instance() == null ? NONE : exchange.instance();
        Timer timer = timer(new Key(route, exchange.status(), instance));
        Exchange.@Nullable Trace trace = exchange.trace();
        if (trace != null && trace.sampled()) {
            meters.record(timer, exchange.took(), new ProgramMeters.Exemplar(trace.id(), trace.spanId()));
        } else {
            timer.record(exchange.took());
        }
    }

    private Timer timer(Key key) {
        @Nullable Timer known = timers.get(key);
        if (known != null) {
            return known;
        }
        if (timers.size() < MOST) {
            return timers.computeIfAbsent(key, this::register);
        }
        var folded = new Key(key.route(), key.status(), OTHERS);
        boolean room = timers.containsKey(folded) || timers.size() < MOST + MOST_OTHERS;
        return timers.computeIfAbsent(
                room ? folded : new Key(OTHERS, key.status() / 100 * 100, OTHERS), this::register);
    }

    private Timer register(Key key) {
        return Metric.REQUESTS
                .timer(key.route(), Integer.toString(key.status()), key.instance())
                .serviceLevelObjectives(BUCKETS)
                .register(meters.registry());
    }

    /// Forgets routes whose meters were removed.
    void routesGone(Collection<String> routes) {
        timers.keySet().removeIf(key -> routes.contains(key.route()));
    }

    /// Forgets an instance whose meters were removed.
    void forget(String instance) {
        timers.keySet().removeIf(key -> key.instance().equals(instance));
    }
}
