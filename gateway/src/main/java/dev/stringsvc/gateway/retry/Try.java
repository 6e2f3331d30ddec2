package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.http.Cancellation;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.upstream.Endpoint;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One attempt, from its beginning to its result. Not thread-safe: see [Attempts].
final class Try {
    private final Endpoint.Permit permit;
    private final UpstreamRequest request;
    private final AttemptTrace trace;
    private final Cancellation cancellation = new Cancellation();
    private final Duration timeout;
    private final long startedAt;
    private @Nullable Attempt end;

    /// @param request as it is sent, with the head that names the trace
    /// @param start when it starts, and how long it may take
    Try(Endpoint.Permit permit, UpstreamRequest request, AttemptTrace trace, Limits start) {
        this.permit = permit;
        this.request = request.cancelledBy(cancellation);
        this.trace = trace;
        this.timeout = start.timeout();
        this.startedAt = start.startedAt();
    }

    /// When an attempt starts, and how long it may take.
    ///
    /// @param startedAt by the clock of the route's context, in nanoseconds
    record Limits(Duration timeout, long startedAt) {}

    Endpoint.Permit permit() {
        return permit;
    }

    Endpoint endpoint() {
        return permit.endpoint();
    }

    UpstreamRequest request() {
        return request;
    }

    /// The longest that the attempt may take.
    Duration timeout() {
        return timeout;
    }

    long startedAt() {
        return startedAt;
    }

    /// How it ended; `null` while it runs.
    @Nullable
    Attempt end() {
        return end;
    }

    void end(Attempt attempt) {
        end = attempt;
        trace.ended(attempt);
    }

    void cancel() {
        cancellation.cancel();
    }

    /// Closes an answer that is not passed on, and ends the request in flight.
    void drop(AttemptResult result) {
        try (permit) {
            if (result instanceof AttemptResult.Responded(var response)) {
                response.close();
            }
        }
    }
}
