package dev.stringsvc.gateway.upstream;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.LongSupplier;

/// The time as it was when this began, and how much has passed since: whoever sets the machine's clock back does not
/// keep an ejected instance ejected, or a suspect in use, until the clock has caught up. Immutable.
public final class SteadyClock extends Clock {
    private final Clock zoned;
    private final Instant begin;
    private final LongSupplier nanoClock;
    private final long beginNanos;

    private SteadyClock(Clock zoned, Instant begin, LongSupplier nanoClock, long beginNanos) {
        this.zoned = zoned;
        this.begin = begin;
        this.nanoClock = nanoClock;
        this.beginNanos = beginNanos;
    }

    /// @param wall tells when it is now, and the zone
    /// @param nanoClock [System#nanoTime] outside of tests
    public static SteadyClock start(Clock wall, LongSupplier nanoClock) {
        return new SteadyClock(wall, wall.instant(), nanoClock, nanoClock.getAsLong());
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
        return new SteadyClock(zoned.withZone(zone), begin, nanoClock, beginNanos);
    }
}
