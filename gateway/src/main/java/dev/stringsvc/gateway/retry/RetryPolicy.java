package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.transport.AttemptResult;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/// Whether an attempt is followed by another, and after how long: a pure function of what is known.
///
/// What never reached an instance may always be sent to another, at once. What an instance may have
/// acted on is sent again only where acting twice does no harm; and then after an exponential delay
/// with full jitter, so that clients who failed together do not come back together. An instance that
/// answers 502, 503 or 504 says that it did not serve the request; one that answers 500 may have a
/// fault that another has not. Every other answer is the client's.
///
/// An instance's `Retry-After` speaks of that instance: another one is asked without waiting for it.
/// Where there is no other, it is waited out if the time left allows, and else the answer is the
/// client's, with that header. Thread-safe where `random` is.
///
/// @param base the longest delay before the second attempt; it doubles with each further one
/// @param random uniform in [0, 1)
public record RetryPolicy(Duration base, DoubleSupplier random) {
    /// What the policy needs to know of a request.
    ///
    /// @param repeatable whether acting twice does no harm
    /// @param replayable whether the body is still there
    /// @param elsewhere whether there is an instance that was not tried yet
    /// @param attempt which attempt it was, from 1
    /// @param attempts the most there may be
    /// @param timeLeft until the request's deadline
    public record Situation(
            boolean repeatable, boolean replayable, boolean elsewhere, int attempt, int attempts, Duration timeLeft) {}

    /// The delay before the next attempt; empty where there shall be none.
    public Optional<Duration> decide(AttemptResult result, Situation situation) {
        if (situation.attempt() >= situation.attempts() || !mayGoAgain(result, situation)) {
            return Optional.empty();
        }
        Duration delay = delay(result, situation);
        return delay.compareTo(situation.timeLeft()) < 0 ? Optional.of(delay) : Optional.empty();
    }

    private Duration delay(AttemptResult result, Situation situation) {
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
            case AttemptResult.Responded(var response) ->
                situation.repeatable()
                        && situation.replayable()
                        && (isUnserved(response.status()) || (response.status() == 500 && situation.elsewhere()));
            case AttemptResult.ClientFault ignored -> false;
            case AttemptResult.Unsendable ignored -> false;
        };
    }

    private static boolean isUnserved(int status) {
        return status == 502 || status == 503 || status == 504;
    }

    private Duration backoff(int attempt) {
        long longest = base.toNanos() << (attempt - 1);
        return Duration.ofNanos((long) (longest * random.getAsDouble()));
    }
}
