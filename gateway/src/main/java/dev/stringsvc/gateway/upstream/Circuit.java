package dev.stringsvc.gateway.upstream;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

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
    private final ReentrantLock lock = new ReentrantLock();
    /// Attempts that went well and are not counted yet.
    private final AtomicInteger well = new AtomicInteger();

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

    private boolean acquire() {
        if (!lock.tryLock()) {
            return false; // the next request may
        }
        try {
            return !closed && breaker.tryAcquirePermission();
        } finally {
            lock.unlock();
        }
    }

    /// Whether it could have been probed for a whole pause already, and nobody did.
    boolean overdue() {
        return !closed && clock.millis() >= overdueAt;
    }

    /// Notes how an attempt went that was begun while this was closed. What ends after its endpoint was ejected tells
    /// nothing new.
    ///
    /// @return whether that changed what [#closed] says; so do the others
    boolean attempted(Verdict verdict) {
        if (!closed) {
            return false;
        }
        if (verdict == Verdict.WELL) {
            well.incrementAndGet();
        }
        if (!lockFor(verdict)) {
            return false;
        }
        try {
            return closed && count(verdict);
        } finally {
            lock.unlock();
        }
    }

    /// Nobody waits to say that all is well, which is the rule: whoever has the lock next counts it.
    private boolean lockFor(Verdict verdict) {
        if (verdict == Verdict.WELL) {
            return lock.tryLock();
        }
        lock.lock();
        return true;
    }

    private boolean count(Verdict verdict) {
        for (int uncounted = Math.min(well.getAndSet(0), WINDOW); uncounted > 0; uncounted--) {
            failuresInARow = 0;
            breaker.onSuccess(0, TimeUnit.NANOSECONDS);
        }
        switch (verdict) {
            case WELL, NOTHING -> {}
            case SLOW -> {
                long now = clock.millis();
                if (now - ONE_PAUSE.toMillis() >= slowAt) {
                    slowAt = now;
                    failed();
                }
            }
            case FAILED -> failed();
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
    boolean probed(Verdict verdict) {
        lock.lock();
        try {
            switch (verdict) {
                case WELL -> breaker.onSuccess(0, TimeUnit.NANOSECONDS);
                case SLOW, FAILED -> {
                    wellInARow = 0;
                    breaker.onError(0, TimeUnit.NANOSECONDS, failure);
                }
                case NOTHING -> breaker.releasePermission();
            }
            return noteState();
        } finally {
            lock.unlock();
        }
    }

    /// Notes how an attempt went that was made although this is not closed. Some that went well in a
    /// row are reason to probe at once, should nobody try it anyway any more; more of them are as good
    /// as probes. Of those that go well at the very same time not all are counted.
    boolean triedAnyway(Verdict verdict) {
        if (closed || verdict == Verdict.NOTHING || !lockFor(verdict)) {
            return false;
        }
        try {
            return !closed && countAnyway(verdict);
        } finally {
            lock.unlock();
        }
    }

    private boolean countAnyway(Verdict verdict) {
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
            well.set(0);
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
