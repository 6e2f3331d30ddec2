package dev.stringsvc.gateway.retry;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// Limits the retries of a service to a share of its requests plus a small floor per second. Hedges
/// have a budget of their own of the same kind.
///
/// Why a budget and not only a number of attempts: when every instance fails, three attempts per
/// request triple the load on a service that is already overloaded. Each retry is a debt; each request
/// pays back a share of a retry, and so does time. The debt may reach as many retries as the service
/// holds requests, so that the loss of one instance is absorbed at once, however many of them it held.
/// Lock-free and thread-safe.
public final class RetryBudget {
    /// The debt that a service may have even if it holds fewer requests.
    static final int LEAST = 100;
    /// The same for hedges: when an instance begins to hang, all requests that it holds need one within
    /// the same second, and later ones follow.
    private static final int LEAST_HEDGES = 200;
    private static final long UNIT = 1_000;
    private static final long NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

    private final long share;
    private final long floorPerSecond;
    private final int least;
    private final IntSupplier held;
    private final LongSupplier nanoClock;
    private final AtomicLong debt = new AtomicLong();
    private final AtomicLong paidAt;

    /// @param ratio retries per request, 0.2 for a fifth
    /// @param floorPerSecond retries per second that are allowed however few requests come
    /// @param held how many requests the service holds now
    /// @param nanoClock [System#nanoTime] outside of tests
    public RetryBudget(double ratio, int floorPerSecond, IntSupplier held, LongSupplier nanoClock) {
        this(ratio, floorPerSecond, LEAST, held, nanoClock);
    }

    private RetryBudget(double ratio, int floorPerSecond, int least, IntSupplier held, LongSupplier nanoClock) {
        this.share = Math.round(ratio * UNIT);
        this.floorPerSecond = floorPerSecond;
        this.least = least;
        this.held = held;
        this.nanoClock = nanoClock;
        this.paidAt = new AtomicLong(nanoClock.getAsLong());
    }

    /// A budget of hedges, with one a second however few requests come.
    ///
    /// @param ratio hedges per request; with 0 there is none at all
    /// @param held how many requests the service holds now
    public static RetryBudget ofHedges(double ratio, IntSupplier held, LongSupplier nanoClock) {
        return ratio == 0
                ? new RetryBudget(0, 0, 0, () -> 0, nanoClock)
                : new RetryBudget(ratio, 1, LEAST_HEDGES, held, nanoClock);
    }

    /// Must be called once per request.
    public void deposit() {
        if (debt.get() > 0) {
            pay(share);
        }
    }

    /// Withdraws one retry; false if the budget does not allow it.
    public boolean withdraw() {
        payForTime();
        long most = most();
        while (true) {
            long owed = debt.get();
            if (owed + UNIT > most) {
                return false;
            }
            if (debt.compareAndSet(owed, owed + UNIT)) {
                return true;
            }
        }
    }

    /// How many retries it allows now.
    public long left() {
        payForTime();
        return Math.max(0, most() - debt.get()) / UNIT;
    }

    private long most() {
        return Math.max(least, held.getAsInt()) * UNIT;
    }

    private void payForTime() {
        long last = paidAt.get();
        long now = nanoClock.getAsLong();
        long steps = (now - last) / (NANOS_PER_SECOND / UNIT);
        if (steps > 0 && floorPerSecond > 0 && paidAt.compareAndSet(last, now)) {
            pay(steps * floorPerSecond);
        }
    }

    private void pay(long units) {
        debt.getAndAccumulate(units, (owed, paid) -> Math.max(0, owed - paid));
    }
}
