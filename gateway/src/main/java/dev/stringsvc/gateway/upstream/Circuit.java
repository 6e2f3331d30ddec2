package dev.stringsvc.gateway.upstream;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;

/// The circuit breaker of one endpoint: closed while the endpoint is healthy, open while it is ejected,
/// half open while it is probed. Thread-safe.
///
/// Resilience4j keeps the states and the failure rate. This class adds failures in a row, delays that
/// grow when an endpoint fails again soon after it came back, and the clients whose requests failed.
///
/// A client may know a request that makes any instance fail. So while an instance succeeds for other
/// clients, only some failures of one client count, see [#shareOf]. A client with that many failures is
/// not one of these other clients. All failures count if no other client succeeded within [#MEMORY], or
/// if the others fail too. Failures that no request can provoke, such as a refused connection, always
/// count.
final class Circuit {
    private static final int WINDOW = 20;
    private static final int FEWEST = 10;
    private static final int PROBES = 3;

    /// The successes in a row that close the circuit of an endpoint that is used although it is ejected.
    /// In a panic there is no hurry, and with fewer an endpoint that fails often would be back again and
    /// again.
    private static final int WELL_IN_A_ROW = 10;

    /// Slow responses within this time count as one: one pause of the whole instance delays many.
    private static final Duration ONE_PAUSE = Duration.ofMillis(100);

    /// How long a success of one client makes the failures of another count less.
    private static final Duration MEMORY = Duration.ofSeconds(10);

    private static final int NOBODY = FailureWindow.NOBODY;

    private final Exception failure = new Exception("a failed attempt");

    private final CircuitBreaker breaker;
    private final Ejection ejection;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    /// Attempts that succeeded and are not counted yet.
    private final AtomicInteger well = new AtomicInteger();

    private final RecentSuccesses recentSuccesses = new RecentSuccesses(MEMORY);
    /// Failures in a row that a request may have provoked.
    private final FailuresByClient provoked = new FailuresByClient();
    private final FailureWindow window = new FailureWindow(WINDOW);
    private final ProbeDelay probeDelay;
    private int unreachedInARow;
    private int wellInARow;
    /// The client whose probe failed last.
    private int probeFailedOf;
    /// The client whose request failed last while the endpoint was used although its circuit was not
    /// closed.
    private int anywayFailedOf;
    private long slowAt = Long.MIN_VALUE;
    private volatile boolean closed = true;

    Circuit(Ejection ejection, Clock clock) {
        this.ejection = ejection;
        this.clock = clock;
        this.probeDelay = new ProbeDelay(ejection, clock);
        this.breaker = CircuitBreaker.of(
                "endpoint",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(WINDOW)
                        .minimumNumberOfCalls(FEWEST)
                        .failureRateThreshold((float) (ejection.failureRate() * 100))
                        .permittedNumberOfCallsInHalfOpenState(PROBES)
                        .waitIntervalFunctionInOpenState(attempt -> probeDelay.start(closed))
                        .initialState(ejection.maxShare() == 0 ? State.DISABLED : State.CLOSED)
                        .clock(clock)
                        .build());
    }

    boolean closed() {
        return closed;
    }

    /// True if a probe may be sent now; [#probed] must follow then.
    ///
    /// The client whose probe failed last does not get the next one if other clients are known:
    /// otherwise a client whose requests always fail could keep an instance ejected.
    ///
    /// @param client by [ClientTag]
    boolean tryProbe(int client) {
        return !closed && acquire(client);
    }

    private boolean acquire(int client) {
        if (!lock.tryLock()) {
            return false; // the next request may probe
        }
        try {
            boolean another = client == probeFailedOf && !overdue() && recentSuccesses.everOthers(client);
            return !closed && !another && breaker.tryAcquirePermission();
        } finally {
            lock.unlock();
        }
    }

    /// True if a probe has been allowed for as long as the whole delay, and nobody has probed.
    boolean overdue() {
        return !closed && probeDelay.overdue();
    }

    /// Counts an attempt that began while the circuit was closed. Does nothing if the endpoint was
    /// ejected meanwhile.
    ///
    /// @param client by [ClientTag]
    /// @return true if that changed [#closed]; [#probed] and [#triedAnyway] return the same
    boolean attempted(Verdict verdict, int client) {
        if (!closed) {
            return false;
        }
        if (verdict == Verdict.WELL) {
            recentSuccesses.note(client, clock.millis());
            well.incrementAndGet();
        }
        if (!lockFor(verdict)) {
            return false;
        }
        try {
            return closed && count(verdict, client);
        } finally {
            lock.unlock();
        }
    }

    /// A success, the usual case, does not wait for the lock: the next thread that has the lock counts
    /// it.
    private boolean lockFor(Verdict verdict) {
        if (verdict == Verdict.WELL) {
            return lock.tryLock();
        }
        lock.lock();
        return true;
    }

    private boolean count(Verdict verdict, int client) {
        for (int uncounted = Math.min(well.getAndSet(0), WINDOW); uncounted > 0; uncounted--) {
            endRow();
            breaker.onSuccess(0, TimeUnit.NANOSECONDS);
            window.add(NOBODY);
        }
        switch (verdict) {
            case WELL, NOTHING -> {}
            case SLOW -> {
                long now = clock.millis();
                if (now - ONE_PAUSE.toMillis() >= slowAt) {
                    slowAt = now;
                    failed(client);
                }
            }
            case FAILED -> failed(client);
            case UNREACHED -> {
                unreachedInARow++;
                countError(NOBODY);
                ejectAfterARow(client);
            }
        }
        return noteState();
    }

    private void endRow() {
        unreachedInARow = 0;
        provoked.clear();
    }

    private void failed(int client) {
        int share = shareOfWindow();
        if (window.of(client) < share || !othersDoWell(client, other -> window.of(other) < Math.max(1, share))) {
            countError(client);
        }
        provoked.add(client);
        ejectAfterARow(client);
    }

    private boolean othersDoWell(int client, IntPredicate which) {
        return recentSuccesses.others(client, clock.millis(), which);
    }

    private void ejectAfterARow(int client) {
        int share = Math.max(1, shareOf(ejection.failures()));
        boolean others = othersDoWell(client, other -> provoked.of(other) < share);
        int failures = unreachedInARow + provoked.atMost(others ? share : Integer.MAX_VALUE);
        int most = others && unreachedInARow == 0 ? Math.max(2, ejection.failures()) : ejection.failures();
        if (failures >= most && breaker.getState() == State.CLOSED) {
            breaker.transitionToOpenState();
        }
    }

    private void countError(int client) {
        breaker.onError(0, TimeUnit.NANOSECONDS, failure);
        window.add(client);
    }

    private int shareOfWindow() {
        int attempts = Math.clamp(window.attempts() + 1L, FEWEST, WINDOW);
        return shareOf((int) Math.ceil(ejection.failureRate() * attempts));
    }

    /// The number of failures of one client that count while other clients succeed. Two clients together
    /// do not reach `ejecting`, unless that is 1 or 2.
    ///
    /// @param ejecting the number of failures that eject
    private static int shareOf(int ejecting) {
        return ejecting > 2 ? (ejecting - 1) / 2 : ejecting - 1;
    }

    /// Counts a probe.
    ///
    /// @param client by [ClientTag]
    boolean probed(Verdict verdict, int client) {
        lock.lock();
        try {
            switch (verdict) {
                case WELL -> breaker.onSuccess(0, TimeUnit.NANOSECONDS);
                case SLOW, FAILED, UNREACHED -> {
                    probeFailedOf = verdict == Verdict.UNREACHED ? NOBODY : client;
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

    /// Counts an attempt that was made although the circuit was not closed, as happens in a panic. After
    /// some successes in a row the endpoint may be probed at once, and after more of them it is back
    /// without a probe. Of successes at the very same time not all are counted. Of one client's failures
    /// only the first counts while others succeed.
    ///
    /// @param client by [ClientTag]
    boolean triedAnyway(Verdict verdict, int client) {
        if (closed || verdict == Verdict.NOTHING || !lockFor(verdict)) {
            return false;
        }
        try {
            return !closed && countAnyway(verdict, client);
        } finally {
            lock.unlock();
        }
    }

    private boolean countAnyway(Verdict verdict, int client) {
        if (verdict == Verdict.WELL) {
            recentSuccesses.note(client, clock.millis());
            wellInARow++;
        } else if (verdict == Verdict.UNREACHED || client != anywayFailedOf || !othersDoWell(client, other -> true)) {
            anywayFailedOf = verdict == Verdict.UNREACHED ? NOBODY : client;
            wellInARow = 0;
        }
        if (wellInARow >= WELL_IN_A_ROW) {
            breaker.transitionToClosedState();
        } else if (wellInARow >= PROBES && breaker.getState() == State.OPEN) {
            probeDelay.end();
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
            endRow();
            window.clear();
            probeFailedOf = NOBODY;
            anywayFailedOf = NOBODY;
            probeDelay.closed();
        } else {
            wellInARow = 0;
        }
        closed = now;
        return true;
    }
}
