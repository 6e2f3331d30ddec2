package dev.stringsvc.gateway.transport;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How long an instance may pause within the body of a response.
///
/// @param idle within any other body than an event stream
/// @param events within an event stream, whose events may be far apart
public record IdleTimeouts(Duration idle, Duration events) {
    private static final String EVENT_STREAM = "text/event-stream";

    /// @param contentType of the response; `null` if it has none
    public Duration within(@Nullable String contentType) {
        return contentType != null && contentType.regionMatches(true, 0, EVENT_STREAM, 0, EVENT_STREAM.length())
                ? events
                : idle;
    }
}
