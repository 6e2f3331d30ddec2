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

/// An endpoint's health by its own attempts: closed while it is well, open while it is ejected, half
/// open while it is probed. Resilience4j keeps the states and the share of failures; what it does not
/// know is added here: failures in a row, pauses that grow when an endpoint fails again soon after it
/// came back, and whose requests failed. Thread-safe.
///
/// A client may know a request that makes any instance fail. So while an instance does well for others,
/// only some of one client's failures count, see [#shareOf]. A client with as many failures as that is
/// not one of the others. So all failures count where no other client was served well within [#MEMORY],
/// or where the others fail too. What no request can provoke always counts.
final class Circuit {
    private static final int WINDOW = 20;
    private static final int FEWEST = 10;
    private static final int PROBES = 3;

    /// So many that go well in a row, although it is not closed, close it: in a panic nobody is in a hurry, and an
    /// endpoint that fails often would be back again and again.
    private static final int WELL_IN_A_ROW = 10;

    /// A pause of the whole instance makes many answers slow at once; that is one slow answer.
    private static final Duration ONE_PAUSE = Duration.ofMillis(100);

    /// How long a success speaks for the instance.
    private static final Duration MEMORY = Duration.ofSeconds(10);

    /// No client's tag.
    private static final int NOBODY = 0;

    private final Exception failure = new Exception("a failed attempt");

    private final CircuitBreaker breaker;
    private final Ejection ejection;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    /// Attempts that went well and are not counted yet.
    private final AtomicInteger well = new AtomicInteger();

    private final Witnesses witnesses = new Witnesses(MEMORY);
    /// Failures in a row that a request may have provoked.
    private final Tally provoked = new Tally();
    /// The client of each failure among the last attempts that the breaker counted. [#NOBODY] stands for a
    /// success, and for a failure that no request can provoke.
    private final int[] window = new int[WINDOW];

    private int counted;
    private int unreachedInARow;
    private int wellInARow;
    /// The client whose probe failed last.
    private int probeFailedOf;
    /// The client whose request failed last while the endpoint was used although it is not closed.
    private int anywayFailedOf;
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
    ///
    /// The client whose probe failed last does not get the next one while others may be expected: else a
    /// client whose requests fail everywhere could keep an instance ejected.
    ///
    /// @param client by [ClientTag]
    boolean tryProbe(int client) {
        return !closed && acquire(client);
    }

    private boolean acquire(int client) {
        if (!lock.tryLock()) {
            return false; // the next request may
        }
        try {
            boolean another = client == probeFailedOf && !overdue() && witnesses.everOthers(client);
            return !closed && !another && breaker.tryAcquirePermission();
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
    /// @param client by [ClientTag]
    /// @return whether that changed what [#closed] says; so do the others
    boolean attempted(Verdict verdict, int client) {
        if (!closed) {
            return false;
        }
        if (verdict == Verdict.WELL) {
            witnesses.note(client, clock.millis());
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

    /// Nobody waits to say that all is well, which is the rule: whoever has the lock next counts it.
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
            remember(NOBODY);
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
        if (inWindow(client) < share || !othersDoWell(client, other -> inWindow(other) < Math.max(1, share))) {
            countError(client);
        }
        provoked.add(client);
        ejectAfterARow(client);
    }

    private boolean othersDoWell(int client, IntPredicate which) {
        return witnesses.others(client, clock.millis(), which);
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
        remember(client);
    }

    private void remember(int client) {
        window[counted % WINDOW] = client;
        counted = counted < WINDOW ? counted + 1 : WINDOW + (counted + 1) % WINDOW;
    }

    private int inWindow(int client) {
        int failures = 0;
        for (int i = 0; i < Math.min(counted, WINDOW); i++) {
            if (window[i] == client) {
                failures++;
            }
        }
        return failures;
    }

    private int shareOfWindow() {
        int attempts = Math.clamp(counted + 1L, FEWEST, WINDOW);
        return shareOf((int) Math.ceil(ejection.failureRate() * attempts));
    }

    /// How many failures of one client count, while it goes well for others, where so many failures
    /// eject. Those of two clients are fewer than eject, if that takes three or more.
    private static int shareOf(int ejecting) {
        return ejecting > 2 ? (ejecting - 1) / 2 : ejecting - 1;
    }

    /// Notes how a probe went.
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

    /// Notes how an attempt went that was made although this is not closed. Some that went well in a row
    /// are reason to probe at once, should nobody try it anyway any more; more of them are as good as
    /// probes. Of those that go well at the very same time not all are counted. Of failures of one
    /// client only the first counts while it goes well for others.
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
            witnesses.note(client, clock.millis());
            wellInARow++;
        } else if (verdict == Verdict.UNREACHED || client != anywayFailedOf || !othersDoWell(client, other -> true)) {
            anywayFailedOf = verdict == Verdict.UNREACHED ? NOBODY : client;
            wellInARow = 0;
        }
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
            endRow();
            counted = 0;
            probeFailedOf = NOBODY;
            anywayFailedOf = NOBODY;
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
