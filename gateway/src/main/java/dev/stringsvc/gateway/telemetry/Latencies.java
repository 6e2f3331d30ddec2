package dev.stringsvc.gateway.telemetry;

import java.util.concurrent.atomic.AtomicIntegerArray;

/// A histogram of times, whose buckets grow by about a fifth, from 16 µs to over an hour. Thread-safe.
final class Latencies {
    /// Buckets for each doubling.
    private static final int PER_DOUBLING = 4;

    private static final int SMALLEST_BITS = 14;
    private static final int SIZE = 28 * PER_DOUBLING;

    private final AtomicIntegerArray counts = new AtomicIntegerArray(SIZE);

    void add(long nanos) {
        counts.incrementAndGet(bucket(nanos));
    }

    private static int bucket(long nanos) {
        long least = Math.max(nanos, 1L << SMALLEST_BITS);
        int bits = Long.SIZE - 1 - Long.numberOfLeadingZeros(least);
        int quarter = (int) ((least >>> (bits - 2)) & (PER_DOUBLING - 1));
        return Math.min(SIZE - 1, (bits - SMALLEST_BITS) * PER_DOUBLING + quarter);
    }

    /// The largest time of a bucket, in nanoseconds.
    private static long top(int bucket) {
        int bits = bucket / PER_DOUBLING + SMALLEST_BITS;
        long quarter = bucket % PER_DOUBLING + 1L;
        return (1L << bits) + (quarter << (bits - 2)) - 1;
    }

    /// Adds what another histogram has counted.
    void add(Latencies other) {
        for (int i = 0; i < SIZE; i++) {
            counts.addAndGet(i, other.counts.get(i));
        }
    }

    long count() {
        long all = 0;
        for (int i = 0; i < SIZE; i++) {
            all += counts.get(i);
        }
        return all;
    }

    /// The time that this share of the requests did not exceed, in nanoseconds, rounded up to its bucket;
    /// 0 if there were none.
    long quantile(double share) {
        long rank = (long) Math.ceil(share * count());
        long seen = 0;
        for (int i = 0; i < SIZE; i++) {
            seen += counts.get(i);
            if (seen >= rank && seen > 0) {
                return top(i);
            }
        }
        return 0;
    }
}
