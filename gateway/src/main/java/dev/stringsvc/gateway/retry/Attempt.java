package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.http.StreamResetException;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.upstream.Endpoint;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One attempt that was made, with its endpoint and its result.
///
/// @param startedAt by the clock of the route's context, in nanoseconds
/// @param took until the head of the answer, or until it failed
/// @param overtaken true if it was cancelled because another attempt won
public record Attempt(Endpoint endpoint, AttemptResult result, long startedAt, Duration took, boolean overtaken) {
    /// The instance's id.
    public String instance() {
        return endpoint.id();
    }

    /// The outcome in a few words, for clients and operators; names no address or host.
    public String outcome() {
        if (overtaken) {
            return "overtaken";
        }
        return switch (result) {
            case AttemptResult.Responded answered -> "answered " + answered.statusText();
            case AttemptResult.NotSent(var _, boolean asked) -> asked ? "not reached" : "not asked in time";
            case AttemptResult.MaybeSent broken -> broken.what();
            case AttemptResult.TimedOut(var _, boolean silent) -> silent ? "timed out" : "not read in time";
            case AttemptResult.ClientFault ignored -> "client failed";
            case AttemptResult.Unsendable ignored -> "not sendable";
        };
    }

    /// The reset of the stream by the instance; `null` if the attempt ended otherwise.
    public @Nullable StreamResetException reset() {
        return result instanceof AttemptResult.MaybeSent(StreamResetException reset) ? reset : null;
    }

    /// True if the instance was not reached, broke off, was silent, or answered with an error of its own.
    public boolean failed() {
        return switch (result) {
            case AttemptResult.Responded answered -> answered.isFailure();
            case AttemptResult.NotSent ignored -> true;
            case AttemptResult.MaybeSent ignored -> true;
            case AttemptResult.TimedOut ignored -> true;
            case AttemptResult.ClientFault ignored -> false;
            case AttemptResult.Unsendable ignored -> false;
        };
    }

    /// The outcome with its cause, if there is one. For logs only: it may name addresses.
    public String reason() {
        return switch (result) {
            case AttemptResult.NotSent unsent when unsent.asked() -> unsent.description();
            case AttemptResult.MaybeSent broken -> broken.description();
            default -> outcome();
        };
    }
}
