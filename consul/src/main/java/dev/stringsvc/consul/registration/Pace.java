package dev.stringsvc.consul.registration;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait between rounds. The waits are random, so that many instances do not call Consul at
/// once.
///
/// @param check      the mean wait between two checks of the registration; the real one differs by up
/// to a quarter
/// @param firstRetry the wait after the first failure; it doubles with each further one
/// @param maxRetry   the longest wait after a failure
public record Pace(Duration check, Duration firstRetry, Duration maxRetry, RandomGenerator random) {
    /// Two seconds between checks; 250 ms after a failure, doubling up to five seconds.
    public static Pace standard(RandomGenerator random) {
        return new Pace(Duration.ofSeconds(2), Duration.ofMillis(250), Duration.ofSeconds(5), random);
    }

    /// The wait after a round that succeeded.
    Duration next() {
        return scaled(check, 0.75 + random.nextDouble() / 2);
    }

    /// The wait after a number of failures in a row, from 1 up: half of it is fixed, half is random.
    public Duration afterFailure(int failures) {
        int doublings = Math.clamp(failures - 1, 0, 16);
        Duration full = firstRetry.multipliedBy(1L << doublings);
        return scaled(full.compareTo(maxRetry) < 0 ? full : maxRetry, 0.5 + random.nextDouble() / 2);
    }

    private static Duration scaled(Duration duration, double factor) {
        return Duration.ofNanos((long) (duration.toNanos() * factor));
    }
}
