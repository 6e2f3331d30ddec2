package dev.stringsvc.gateway.discovery;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/// Limits the rate at which one watch asks its registry, or reports what the registry sends: a burst of
/// [#BURST], and [#PER_SECOND] over time. After a failure it waits at least [#SHORTEST_DELAY], and longer each time up
/// to [#LONGEST_DELAY], with jitter
/// so that a thousand gateways do not query a returning Consul at the same instant. Used by one thread.
public final class Pace {
    public static final int BURST = 10;
    public static final int PER_SECOND = 4;
    public static final Duration SHORTEST_DELAY = Duration.ofSeconds(1);
    static final Duration LONGEST_DELAY = Duration.ofSeconds(5);

    /// Sleeps.
    @FunctionalInterface
    public interface Sleeper {
        void sleep(Duration duration) throws InterruptedException;
    }

    private static final long NANOS_PER_TOKEN = Duration.ofSeconds(1).toNanos() / PER_SECOND;

    private final LongSupplier nanoClock;
    private final DoubleSupplier random;
    private final Sleeper sleeper;
    private long paidUntil;

    public Pace(LongSupplier nanoClock, DoubleSupplier random, Sleeper sleeper) {
        this.nanoClock = nanoClock;
        this.random = random;
        this.sleeper = sleeper;
        this.paidUntil = nanoClock.getAsLong() - BURST * NANOS_PER_TOKEN;
    }

    public static Pace real() {
        return new Pace(System::nanoTime, Math::random, Thread::sleep);
    }

    /// Waits until the next query or report is allowed, and counts it.
    public void beforeNext() throws InterruptedException {
        long now = nanoClock.getAsLong();
        paidUntil = Math.max(paidUntil, now - BURST * NANOS_PER_TOKEN) + NANOS_PER_TOKEN;
        if (paidUntil - now > 0) {
            sleeper.sleep(Duration.ofNanos(paidUntil - now));
        }
    }

    /// Waits after a failure.
    ///
    /// @param failures the number in a row, from 1
    public void afterFailure(int failures) throws InterruptedException {
        Duration doubled = SHORTEST_DELAY.multipliedBy(1L << Math.min(failures, 10));
        Duration longest = doubled.compareTo(LONGEST_DELAY) < 0 ? doubled : LONGEST_DELAY;
        Duration jitter = Duration.ofNanos((long) (longest.minus(SHORTEST_DELAY).toNanos() * random.getAsDouble()));
        sleeper.sleep(SHORTEST_DELAY.plus(jitter));
    }
}
