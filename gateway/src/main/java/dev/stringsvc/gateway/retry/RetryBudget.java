package dev.stringsvc.gateway.retry;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Limits the retries of a service to a share of its requests plus a small floor per second. Hedges
/// have a budget of their own of the same kind.
///
/// Why a budget and not only a number of attempts: when every instance fails, three attempts per
/// request triple the load on a service that is already overloaded. Each request deposits a share of a
/// retry; each retry withdraws a whole one. The budget saves unused deposits up to a limit, so that the
/// loss of one instance under load is absorbed at once. Lock-free and thread-safe.
public final class RetryBudget {
    static final long CAPACITY = 100;
    /// The most hedges saved up: when an instance begins to hang, all requests that it holds need one
    /// within the same second.
    private static final long HEDGES = 200;
    private static final long UNIT = 1_000;
    private static final long NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

    private final long share;
    private final long floorPerSecond;
    private final LongSupplier nanoClock;
    private final long capacity;
    private final AtomicLong units;
    private final AtomicLong refilledAt;

    /// @param ratio retries per request, 0.2 for a fifth
    /// @param floorPerSecond retries per second that are allowed however few requests come
    /// @param nanoClock [System#nanoTime] outside of tests
    public RetryBudget(double ratio, int floorPerSecond, LongSupplier nanoClock) {
        this(ratio, floorPerSecond, CAPACITY, nanoClock);
    }

    private RetryBudget(double ratio, int floorPerSecond, long capacity, LongSupplier nanoClock) {
        this.share = Math.round(ratio * UNIT);
        this.floorPerSecond = floorPerSecond;
        this.capacity = capacity * UNIT;
        this.units = new AtomicLong(this.capacity);
        this.nanoClock = nanoClock;
        this.refilledAt = new AtomicLong(nanoClock.getAsLong());
    }

    /// A budget of copies, with one a second however few requests come.
    ///
    /// @param ratio copies per request; with 0 there is none at all
    public static RetryBudget ofHedges(double ratio, LongSupplier nanoClock) {
        return ratio == 0 ? new RetryBudget(0, 0, 0, nanoClock) : new RetryBudget(ratio, 1, HEDGES, nanoClock);
    }

    /// Must be called once per request.
    public void deposit() {
        if (units.get() < capacity) {
            add(share);
        }
    }

    /// Withdraws one retry; false if the budget does not allow it.
    public boolean withdraw() {
        refill();
        while (true) {
            long have = units.get();
            if (have < UNIT) {
                return false;
            }
            if (units.compareAndSet(have, have - UNIT)) {
                return true;
            }
        }
    }

    private void refill() {
        long last = refilledAt.get();
        long now = nanoClock.getAsLong();
        long earned = Math.min(capacity, (now - last) / (NANOS_PER_SECOND / UNIT) * floorPerSecond);
        if (earned > 0 && refilledAt.compareAndSet(last, now)) {
            add(earned);
        }
    }

    private void add(long earned) {
        units.getAndAccumulate(earned, (have, more) -> Math.min(capacity, have + more));
    }
}
