package dev.stringsvc.etcd;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait after failures. Half of a wait is random, so that many programs do not call
/// etcd at once.
///
/// @param first   the longest wait after the first failure; it doubles with each further one
/// @param longest the longest wait
record Backoff(Duration first, Duration longest, RandomGenerator random) {
    private static final int MOST_DOUBLINGS = 16;

    /// 250 ms, doubling up to five seconds.
    static Backoff standard() {
        return new Backoff(Duration.ofMillis(250), Duration.ofSeconds(5), RandomGenerator.getDefault());
    }

    /// @param failures the number of failures in a row, from 1 up
    Duration afterFailure(int failures) {
        Duration full = first.multipliedBy(1L << Math.clamp(failures - 1, 0, MOST_DOUBLINGS));
        long nanos = (full.compareTo(longest) < 0 ? full : longest).toNanos();
        return Duration.ofNanos((long) (nanos * (0.5 + random.nextDouble() / 2)));
    }
}
