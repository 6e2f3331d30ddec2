package dev.stringsvc.gateway.transport;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How long an instance may pause within the body of its answer.
///
/// @param idle in any body but an event stream
/// @param events between two server-sent events, which may be far apart by their nature
public record IdleTimeouts(Duration idle, Duration events) {
    private static final String EVENT_STREAM = "text/event-stream";

    /// @param contentType of the answer; `null` where it has none
    public Duration within(@Nullable String contentType) {
        return contentType != null && contentType.regionMatches(true, 0, EVENT_STREAM, 0, EVENT_STREAM.length())
                ? events
                : idle;
    }
}
