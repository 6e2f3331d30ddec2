package dev.stringsvc.gateway.telemetry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Requests or attempts of the last minute, in slots of ten seconds. Thread-safe: one that ends while a slot
/// begins may be counted in none.
final class Minute {
    private static final int SLOTS = 6;
    private static final long SLOT_MILLIS = Duration.ofSeconds(10).toMillis();

    private final AtomicReferenceArray<@Nullable Slot> slots = new AtomicReferenceArray<>(SLOTS);
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong retries = new AtomicLong();

    private record Slot(long number, Latencies latencies, AtomicLong failures) {}

    /// @param retried the attempts after the first
    void add(Duration took, boolean failed, int retried, long nowMillis) {
        if (retried > 0) {
            retries.addAndGet(retried);
        }
        Slot slot = slot(nowMillis / SLOT_MILLIS);
        slot.latencies.add(took.toNanos());
        count.incrementAndGet();
        if (failed) {
            slot.failures.incrementAndGet();
            failures.incrementAndGet();
        }
    }

    private Slot slot(long number) {
        int index = (int) Math.floorMod(number, (long) SLOTS);
        @Nullable Slot slot = slots.get(index);
        if (slot != null && slot.number() == number) {
            return slot;
        }
        var next = new Slot(number, new Latencies(), new AtomicLong());
        return slots.compareAndSet(index, slot, next) ? next : slot(number);
    }

    private List<Slot> recent(long nowMillis) {
        List<Slot> recent = new ArrayList<>(SLOTS);
        for (int i = 0; i < SLOTS; i++) {
            @Nullable Slot slot = slots.get(i);
            if (slot != null && slot.number() > nowMillis / SLOT_MILLIS - SLOTS) {
                recent.add(slot);
            }
        }
        return recent;
    }

    /// All since the start.
    long count() {
        return count.get();
    }

    /// Those that failed, since the start.
    long failures() {
        return failures.get();
    }

    /// Attempts after the first since the start.
    long retries() {
        return retries.get();
    }

    /// Adds the times of this minute to a histogram.
    ///
    /// @return how many of these failed
    long addTo(Latencies latencies, long nowMillis) {
        long failed = 0;
        for (Slot slot : recent(nowMillis)) {
            latencies.add(slot.latencies());
            failed += slot.failures().get();
        }
        return failed;
    }
}
