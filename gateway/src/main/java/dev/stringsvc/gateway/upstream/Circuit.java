package dev.stringsvc.gateway.upstream;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// An endpoint's health by its own attempts: closed while it is well, open while it is ejected, half open while it is
/// probed. Resilience4j keeps the states and the share of failures; what it does not know is added here: failures in a
/// row, and pauses that grow when an endpoint fails again soon after it came back. Thread-safe.
final class Circuit {
    private static final int WINDOW = 20;
    private static final int FEWEST = 10;
    private static final int PROBES = 3;

    /// So many that go well in a row, although it is not closed, close it: in a panic nobody is in a hurry, and an
    /// endpoint that fails often would be back again and again.
    private static final int WELL_IN_A_ROW = 10;

    /// A pause of the whole instance makes many answers slow at once; that is one slow answer.
    private static final Duration ONE_PAUSE = Duration.ofMillis(100);

    private final Exception failure = new Exception("a failed attempt");

    private final CircuitBreaker breaker;
    private final Ejection ejection;
    private final Clock clock;
    private int failuresInARow;
    private int wellInARow;
    private int ejections;
    private long closedAt;
    private long slowAt;
    private volatile long overdueAt;
    private volatile boolean closed = true;

    Circuit(Ejection ejection, Clock clock) {
        this.ejection = ejection;
        this.clock = clock;
        this.breaker = CircuitBreaker.of(
                "endpoint",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(WINDOW)
                        .minimumNumberOfCalls(FEWEST)
                        .failureRateThreshold((float) (ejection.failureRate() * 100))
                        .permittedNumberOfCallsInHalfOpenState(PROBES)
                        .waitIntervalFunctionInOpenState(attempt -> pause())
                        .initialState(ejection.maxShare() == 0 ? State.DISABLED : State.CLOSED)
                        .clock(clock)
                        .build());
        this.closedAt = clock.millis();
        this.slowAt = Long.MIN_VALUE;
    }

    boolean closed() {
        return closed;
    }

    /// Whether a probe may be sent now; a yes is to be followed by [#probed].
    boolean tryProbe() {
        return !closed && acquire();
    }

    private synchronized boolean acquire() {
        return !closed && breaker.tryAcquirePermission();
    }

    /// Whether it could have been probed for a whole pause already, and nobody did.
    boolean overdue() {
        return !closed && clock.millis() >= overdueAt;
    }

    /// Notes how an attempt went that was begun while this was closed. What ends after its endpoint was ejected tells
    /// nothing new.
    ///
    /// @return whether that changed what [#closed] says; so do the others
    synchronized boolean attempted(Verdict verdict) {
        if (!closed) {
            return false;
        }
        switch (verdict) {
            case WELL -> {
                failuresInARow = 0;
                breaker.onSuccess(0, TimeUnit.NANOSECONDS);
            }
            case SLOW -> {
                long now = clock.millis();
                if (now - ONE_PAUSE.toMillis() >= slowAt) {
                    slowAt = now;
                    failed();
                }
            }
            case FAILED -> failed();
            case NOTHING -> {}
        }
        return noteState();
    }

    private void failed() {
        breaker.onError(0, TimeUnit.NANOSECONDS, failure);
        if (++failuresInARow >= ejection.failures() && breaker.getState() == State.CLOSED) {
            breaker.transitionToOpenState();
        }
    }

    /// Notes how a probe went.
    synchronized boolean probed(Verdict verdict) {
        switch (verdict) {
            case WELL -> breaker.onSuccess(0, TimeUnit.NANOSECONDS);
            case SLOW, FAILED -> {
                wellInARow = 0;
                breaker.onError(0, TimeUnit.NANOSECONDS, failure);
            }
            case NOTHING -> breaker.releasePermission();
        }
        return noteState();
    }

    /// Notes how an attempt went that was made although this is not closed. Some that went well in a row are reason to
    /// probe at once, should nobody try it anyway any more; more of them are as good as probes.
    synchronized boolean triedAnyway(Verdict verdict) {
        if (closed || verdict == Verdict.NOTHING) {
            return false;
        }
        wellInARow = verdict == Verdict.WELL ? wellInARow + 1 : 0;
        if (wellInARow >= WELL_IN_A_ROW) {
            breaker.transitionToClosedState();
        } else if (wellInARow >= PROBES && breaker.getState() == State.OPEN) {
            overdueAt = clock.millis();
            breaker.transitionToHalfOpenState();
        }
        return noteState();
    }

    private boolean noteState() {
        boolean now = breaker.getState() == State.CLOSED || breaker.getState() == State.DISABLED;
        if (now == closed) {
            return false;
        }
        if (now) {
            failuresInARow = 0;
            closedAt = clock.millis();
        } else {
            wellInARow = 0;
        }
        closed = now;
        return true;
    }

    /// How long the ejection that begins now lasts before the first probe, in milliseconds.
    private long pause() {
        if (closed && clock.millis() - closedAt > ejection.probeLongest().toMillis()) {
            ejections = 0;
        }
        long first = ejection.probeAfter().toMillis();
        long pause = Math.min(
                first << Math.min(ejections, 20), ejection.probeLongest().toMillis());
        ejections++;
        overdueAt = clock.millis() + 2 * pause;
        return pause;
    }
}
