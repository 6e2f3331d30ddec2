package dev.stringsvc.service.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One call while it is handled: collects what its log line and its meters will say. Not thread-safe.
final class Call {
    private final Method method;
    private final long began = System.nanoTime();
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    private Outcome outcome = Outcome.OK;

    Call(Method method) {
        this.method = method;
        logged(method).forEach(name -> fields.put(name, null));
    }

    /// The keys in every log line of the method, in this order. A value that the call did not get to is
    /// `null`.
    private static List<String> logged(Method method) {
        return switch (method) {
            case UPPERCASE -> List.of("input", "output", "err");
            case COUNT -> List.of("input", "n");
            case SEND_EMAIL -> List.of("email", "content", "id");
        };
    }

    Method method() {
        return method;
    }

    Outcome outcome() {
        return outcome;
    }

    Map<String, @Nullable Object> fields() {
        return fields;
    }

    void note(String field, @Nullable Object value) {
        fields.put(field, value);
    }

    void ended(Outcome how, String err) {
        outcome = how;
        note("err", err);
    }

    Duration took() {
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
