package dev.stringsvc.gateway.upstream;

import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.transport.AttemptResult;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What an attempt tells about the endpoint's health.
enum Verdict {
    WELL,
    /// It responded, and took far longer than the other endpoints.
    SLOW,
    /// It responded with an error, with a malformed response, or not in time. A request can provoke
    /// this.
    FAILED,
    /// It could not be reached. No request can provoke this.
    UNREACHED,
    /// The client or the gateway caused the result, so it tells nothing.
    NOTHING;

    /// True if it counts as a failure.
    boolean bad() {
        return this == SLOW || this == FAILED || this == UNREACHED;
    }

    /// @param enough true if the attempt had its usual timeout
    static Verdict of(AttemptResult result, boolean enough) {
        return switch (result) {
            case AttemptResult.Responded answered -> answered.isFailure() ? FAILED : WELL;
            case AttemptResult.NotSent(var _, boolean asked) -> enough && asked ? UNREACHED : NOTHING;
            case AttemptResult.MaybeSent ignored -> FAILED;
            case AttemptResult.TimedOut(var _, boolean silent) -> enough && silent ? FAILED : NOTHING;
            case AttemptResult.ClientFault ignored -> NOTHING;
            case AttemptResult.Unsendable ignored -> NOTHING;
        };
    }

    /// @param status of a gRPC call; `null` for another request
    static Verdict of(@Nullable GrpcStatus status) {
        return status != null && status.isInstancesFault() ? FAILED : WELL;
    }

    /// Describes the result of an attempt, for operators.
    static String describe(AttemptResult result, Duration took) {
        return switch (result) {
            case AttemptResult.Responded answered ->
                "answered %s after %d ms".formatted(answered.statusText(), took.toMillis());
            case AttemptResult.NotSent unsent -> unsent.description();
            case AttemptResult.MaybeSent broken -> broken.description();
            case AttemptResult.TimedOut(var after, boolean _) -> "no answer within %d ms".formatted(after.toMillis());
            case AttemptResult.ClientFault(var cause) -> "client failed: " + cause.getMessage();
            case AttemptResult.Unsendable(var reason) -> "not sendable: " + reason;
        };
    }
}
