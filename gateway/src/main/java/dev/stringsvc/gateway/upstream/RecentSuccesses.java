package dev.stringsvc.gateway.upstream;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntPredicate;

/// Some clients whose requests an instance answered successfully of late, by [ClientTag]. Noting a
/// client writes one number, and only if the client was not noted within the last second. Thread-safe.
final class RecentSuccesses {
    private static final int PLACES = 16;
    private static final long REFRESH_MILLIS = 1_000;

    /// The tag in the upper 32 bits and the time in milliseconds, truncated, in the lower 32; 0 for
    /// none.
    private final AtomicLongArray places = new AtomicLongArray(PLACES);
    private final int memoryMillis;

    /// @param memory how long a success is remembered
    RecentSuccesses(Duration memory) {
        this.memoryMillis = (int) memory.toMillis();
    }

    /// Notes a success. Each client has two possible places, so one client cannot drive out another by
    /// succeeding itself.
    void note(int tag, long nowMillis) {
        int one = tag & (PLACES - 1);
        int other = one ^ 1;
        int now = (int) nowMillis;
        long first = places.getOpaque(one);
        long second = places.getOpaque(other);
        int place = tagOf(first) == tag ? one : tagOf(second) == tag ? other : older(first, second, now) ? one : other;
        long there = place == one ? first : second;
        if (tagOf(there) != tag || now - (int) there >= REFRESH_MILLIS) {
            places.setOpaque(place, ((long) tag << 32) | (now & 0xffff_ffffL));
        }
    }

    private static boolean older(long first, long second, int now) {
        return first == 0 || (second != 0 && now - (int) first >= now - (int) second);
    }

    private static int tagOf(long place) {
        return (int) (place >>> 32);
    }

    /// True if the instance succeeded of late for another client that matches.
    boolean others(int tag, long nowMillis, IntPredicate which) {
        for (int i = 0; i < PLACES; i++) {
            long there = places.getOpaque(i);
            int age = (int) nowMillis - (int) there;
            if (there != 0 && tagOf(there) != tag && age <= memoryMillis && which.test(tagOf(there))) {
                return true;
            }
        }
        return false;
    }

    /// True if the instance ever succeeded for another client that is remembered.
    boolean everOthers(int tag) {
        for (int i = 0; i < PLACES; i++) {
            long there = places.getOpaque(i);
            if (there != 0 && tagOf(there) != tag) {
                return true;
            }
        }
        return false;
    }
}
