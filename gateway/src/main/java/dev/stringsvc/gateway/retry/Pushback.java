package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.http.UpstreamResponse;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What an instance's `grpc-retry-pushback-ms` says about another attempt (gRFC A6).
sealed interface Pushback {
    Pattern MILLIS = Pattern.compile("[0-9]{1,9}");

    /// It says nothing.
    record None() implements Pushback {}

    /// No other attempt may follow. A malformed value means this too.
    record Never() implements Pushback {}

    /// Another attempt may follow after this delay.
    record After(Duration delay) implements Pushback {}

    static Pushback of(UpstreamResponse response) {
        @Nullable String value = response.header("grpc-retry-pushback-ms");
        if (value == null) {
            return new None();
        }
        return MILLIS.matcher(value).matches() ? new After(Duration.ofMillis(Long.parseLong(value))) : new Never();
    }
}
