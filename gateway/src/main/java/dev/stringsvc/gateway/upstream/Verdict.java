package dev.stringsvc.gateway.upstream;

import dev.stringsvc.gateway.transport.AttemptResult;
import java.time.Duration;

/// What an attempt says of the endpoint's health.
enum Verdict {
    WELL,
    /// It answered, and took far longer than its siblings.
    SLOW,
    /// It answered with an error, not in time, or malformed: a request can provoke that.
    FAILED,
    /// It could not be reached, which no request can provoke.
    UNREACHED,
    /// It was the client, or the gateway itself.
    NOTHING;

    /// True if it counts as a failure.
    boolean bad() {
        return this == SLOW || this == FAILED || this == UNREACHED;
    }

    /// @param enough whether it had as much time as an attempt usually has
    static Verdict of(AttemptResult result, boolean enough) {
        return switch (result) {
            case AttemptResult.Responded answered ->
                switch (answered.status()) {
                    case 500, 502, 503, 504 -> FAILED;
                    default -> WELL;
                };
            case AttemptResult.NotSent(var _, boolean asked) -> enough && asked ? UNREACHED : NOTHING;
            case AttemptResult.MaybeSent ignored -> FAILED;
            case AttemptResult.TimedOut(var _, boolean silent) -> enough && silent ? FAILED : NOTHING;
            case AttemptResult.ClientFault ignored -> NOTHING;
            case AttemptResult.Unsendable ignored -> NOTHING;
        };
    }

    /// What an attempt came to, for operators.
    static String words(AttemptResult result, Duration took) {
        return switch (result) {
            case AttemptResult.Responded answered ->
                "answered %d after %d ms".formatted(answered.status(), took.toMillis());
            case AttemptResult.NotSent unsent -> unsent.words();
            case AttemptResult.MaybeSent broken -> broken.words();
            case AttemptResult.TimedOut(var after, boolean _) -> "no answer within %d ms".formatted(after.toMillis());
            case AttemptResult.ClientFault(var cause) -> "client failed: " + cause.getMessage();
            case AttemptResult.Unsendable(var reason) -> "not sendable: " + reason;
        };
    }
}
