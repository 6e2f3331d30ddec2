package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.http.UpstreamResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The `Retry-After` of an instance (RFC 9110, section 10.2.3).
final class RetryAfter {
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    private RetryAfter() {}

    /// Reads it from the answer; a date counts from the answer's own `Date`. Empty if the field is
    /// missing or invalid.
    static Optional<Duration> of(UpstreamResponse response) {
        @Nullable String value = response.header("Retry-After");
        if (value == null) {
            return Optional.empty();
        }
        if (SECONDS.matcher(value).matches()) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
        }
        return date(response.header("Date"))
                .flatMap(now -> date(value).map(until -> Duration.between(now, until)))
                .filter(Duration::isPositive);
    }

    private static Optional<Instant> date(@Nullable String text) {
        try {
            return Optional.ofNullable(text)
                    .map(DateTimeFormatter.RFC_1123_DATE_TIME::parse)
                    .map(Instant::from);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
