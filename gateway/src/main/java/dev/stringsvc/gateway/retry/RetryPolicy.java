package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.transport.AttemptResult;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/// Decides if another attempt follows, and after what delay. A pure function of its arguments.
///
/// A request that reached no instance may always be sent to another, at once. A request that an
/// instance may have acted on is sent again only if acting twice does no harm, after an exponential
/// delay with full jitter, so that clients that failed together do not come back together. With 502,
/// 503 or 504 an instance says that it did not serve the request; with 500 it may have a fault that
/// another instance does not have. Every other answer goes to the client.
///
/// An instance's `Retry-After` holds for that instance only: another one is asked without waiting. If
/// there is no other, the gateway waits for that long if the deadline allows it; otherwise the client
/// gets the answer with that header.
///
/// An instance that answers a gRPC call with UNAVAILABLE, and with nothing else, says that it did not
/// serve the call. Its `grpc-retry-pushback-ms` sets the delay, or forbids another attempt. Thread-safe
/// if `random` is.
///
/// @param base the longest delay before the second attempt; it doubles with each further one
/// @param random uniform in [0, 1)
public record RetryPolicy(Duration base, DoubleSupplier random) {
    /// What the policy needs to know of a request.
    ///
    /// @param repeatable true if acting twice does no harm
    /// @param replayable true if the body can be sent again from its first byte
    /// @param elsewhere true if there is an instance that was not tried yet
    /// @param attempt the number of the attempt, from 1
    /// @param attempts the most there may be
    /// @param timeLeft until the request's deadline
    public record Situation(
            boolean repeatable, boolean replayable, boolean elsewhere, int attempt, int attempts, Duration timeLeft) {}

    /// The delay before the next attempt; empty if none follows.
    public Optional<Duration> decide(AttemptResult result, Situation situation) {
        if (situation.attempt() >= situation.attempts() || !mayGoAgain(result, situation)) {
            return Optional.empty();
        }
        Duration delay = delay(result, situation);
        return delay.compareTo(situation.timeLeft()) < 0 ? Optional.of(delay) : Optional.empty();
    }

    private Duration delay(AttemptResult result, Situation situation) {
        if (result instanceof AttemptResult.Responded(var response)) {
            Pushback pushback = Pushback.of(response);
            if (pushback instanceof Pushback.After(var delay)) {
                return delay;
            }
        }
        if (situation.elsewhere()) {
            return result instanceof AttemptResult.NotSent ? Duration.ZERO : backoff(situation.attempt());
        }
        Duration backoff = backoff(situation.attempt());
        Duration asked = result instanceof AttemptResult.Responded(var response)
                ? RetryAfter.of(response).orElse(Duration.ZERO)
                : Duration.ZERO;
        return asked.plus(backoff);
    }

    private static boolean mayGoAgain(AttemptResult result, Situation situation) {
        return switch (result) {
            case AttemptResult.NotSent ignored -> situation.replayable();
            case AttemptResult.MaybeSent ignored -> situation.repeatable() && situation.replayable();
            case AttemptResult.TimedOut ignored -> situation.repeatable() && situation.replayable();
            case AttemptResult.Responded answered ->
                situation.repeatable()
                        && situation.replayable()
                        && (isUnserved(answered) || (answered.status() == 500 && situation.elsewhere()))
                        && !(Pushback.of(answered.response()) instanceof Pushback.Never);
            case AttemptResult.ClientFault ignored -> false;
            case AttemptResult.Unsendable ignored -> false;
        };
    }

    /// True if the instance says that it did not serve the request.
    static boolean isUnserved(AttemptResult.Responded answered) {
        return switch (answered.status()) {
            case 502, 503, 504 -> true;
            default -> answered.grpcStatus() == GrpcStatus.UNAVAILABLE;
        };
    }

    private Duration backoff(int attempt) {
        long longest = base.toNanos() << (attempt - 1);
        return Duration.ofNanos((long) (longest * random.getAsDouble()));
    }
}
