package dev.stringsvc.gateway.upstream;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntPredicate;

/// The clients for whom an instance did well lately, by [ClientTag]. It remembers a few: to note one
/// writes a number, and only if that client was not noted within the last second. Thread-safe.
final class Witnesses {
    private static final int PLACES = 16;
    private static final long REFRESH_MILLIS = 1_000;

    /// A tag in the upper half, in the lower one the time in milliseconds, which may overflow; 0 for
    /// none.
    private final AtomicLongArray places = new AtomicLongArray(PLACES);
    private final int memoryMillis;

    /// @param memory how long a success is remembered
    Witnesses(Duration memory) {
        this.memoryMillis = (int) memory.toMillis();
    }

    /// Each client has two places. So one client cannot make the gateway forget another by succeeding
    /// itself.
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

    /// True if the instance did well within the memory for another client, one of these.
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

    /// True if the instance ever did well for another client that is remembered.
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
