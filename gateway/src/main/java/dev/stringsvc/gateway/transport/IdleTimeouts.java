package dev.stringsvc.gateway.transport;

import dev.stringsvc.gateway.http.GrpcCall;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How long an instance may pause within the body of a response.
///
/// @param idle within any other body
/// @param stream within an event stream and the answer to a gRPC call, whose messages may be far apart
public record IdleTimeouts(Duration idle, Duration stream) {
    private static final String EVENT_STREAM = "text/event-stream";

    /// @param contentType of the response; `null` if it has none
    public Duration within(@Nullable String contentType) {
        return isEventStream(contentType) || GrpcCall.isContentType(contentType) ? stream : idle;
    }

    private static boolean isEventStream(@Nullable String contentType) {
        return contentType != null && contentType.regionMatches(true, 0, EVENT_STREAM, 0, EVENT_STREAM.length());
    }
}
