package dev.stringsvc.gateway.proxy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// How many retries a service may be asked for: a share of its requests, plus a small floor per second.
///
/// Why a budget and not only a number of attempts: when every instance fails, three attempts per request are three
/// times the load on a service that already cannot carry it. Each request pays in a share of a retry; each retry takes
/// a whole one out. What is paid in and not used is kept up to [#CAPACITY] retries, so that the loss of one instance
/// under load is carried at once. Lock-free and thread-safe.
public final class RetryBudget {
    static final long CAPACITY = 100;
    private static final long UNIT = 1_000;
    private static final long NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

    private final long share;
    private final long floorPerSecond;
    private final LongSupplier nanoClock;
    private final AtomicLong units = new AtomicLong(CAPACITY * UNIT);
    private final AtomicLong refilledAt;

    /// @param ratio retries per request, 0.2 for a fifth
    /// @param floorPerSecond retries per second that are allowed however few requests come
    /// @param nanoClock [System#nanoTime] outside of tests
    public RetryBudget(double ratio, int floorPerSecond, LongSupplier nanoClock) {
        this.share = Math.round(ratio * UNIT);
        this.floorPerSecond = floorPerSecond;
        this.nanoClock = nanoClock;
        this.refilledAt = new AtomicLong(nanoClock.getAsLong());
    }

    /// To be called once per request.
    public void deposit() {
        if (units.get() < CAPACITY * UNIT) {
            add(share);
        }
    }

    /// Whether one more retry is within the budget; if so it is taken out.
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
        long earned = Math.min(CAPACITY * UNIT, (now - last) / (NANOS_PER_SECOND / UNIT) * floorPerSecond);
        if (earned > 0 && refilledAt.compareAndSet(last, now)) {
            add(earned);
        }
    }

    private void add(long earned) {
        units.getAndAccumulate(earned, (have, more) -> Math.min(CAPACITY * UNIT, have + more));
    }
}
