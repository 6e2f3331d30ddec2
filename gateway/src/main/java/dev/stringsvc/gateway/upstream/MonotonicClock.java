package dev.stringsvc.gateway.upstream;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.LongSupplier;

/// A clock that never goes back: the wall clock's time at the start, plus the time that has passed
/// since. If the machine's clock is set back, ejections and suspects still end on time. Immutable.
public final class MonotonicClock extends Clock {
    private final Clock zoned;
    private final Instant begin;
    private final LongSupplier nanoClock;
    private final long beginNanos;

    private MonotonicClock(Clock zoned, Instant begin, LongSupplier nanoClock, long beginNanos) {
        this.zoned = zoned;
        this.begin = begin;
        this.nanoClock = nanoClock;
        this.beginNanos = beginNanos;
    }

    /// @param wall supplies the time at the start, and the zone
    /// @param nanoClock [System#nanoTime] outside of tests
    public static MonotonicClock start(Clock wall, LongSupplier nanoClock) {
        return new MonotonicClock(wall, wall.instant(), nanoClock, nanoClock.getAsLong());
    }

    @Override
    public Instant instant() {
        return begin.plusNanos(nanoClock.getAsLong() - beginNanos);
    }

    @Override
    public ZoneId getZone() {
        return zoned.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new MonotonicClock(zoned.withZone(zone), begin, nanoClock, beginNanos);
    }
}
