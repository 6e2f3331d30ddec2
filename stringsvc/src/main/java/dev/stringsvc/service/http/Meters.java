package dev.stringsvc.service.http;

import dev.stringsvc.program.ProgramMeters;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Counts and times the calls by method and outcome, and measures the JVM. Thread-safe.
final class Meters implements AutoCloseable {
    private static final Map<String, String> FORMER_NAMES =
            Map.of("stringsvc_call_duration_seconds", "stringsvc_requests_seconds");

    private final ProgramMeters meters = new ProgramMeters(FORMER_NAMES, false, List.of());
    private final Map<Key, Timer> timers;

    Meters() {
        Map<Key, Timer> all = new HashMap<>();
        for (Method method : Method.values()) {
            for (Outcome outcome : Outcome.values()) {
                all.put(new Key(method, outcome), timer(method, outcome));
            }
        }
        timers = Map.copyOf(all);
    }

    private Timer timer(Method method, Outcome outcome) {
        return Timer.builder("stringsvc.call.duration")
                .description("Time of calls of the string service")
                .tag("method", method.label())
                .tag("outcome", outcome.label())
                .register(meters.registry());
    }

    void record(Call call, Duration took) {
        Objects.requireNonNull(timers.get(new Key(call.method(), call.outcome())))
                .record(took);
    }

    /// All meters.
    ///
    /// @param accept what the reader takes, as in HTTP's `Accept`
    ProgramMeters.Page scrape(@Nullable String accept) {
        return meters.scrape(accept);
    }

    @Override
    public void close() {
        meters.close();
    }

    private record Key(Method method, Outcome outcome) {}
}
