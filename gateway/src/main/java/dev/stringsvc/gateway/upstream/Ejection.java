package dev.stringsvc.gateway.upstream;

import java.time.Duration;

/// When an instance gets no requests although discovery names it, and when it is tried again.
///
/// @param failures so many failed attempts in a row eject
/// @param failureRate so large a share of the last 20 attempts that failed ejects too, once there were 10
/// @param slowFactor an answer that took so many times what its siblings' answers take counts as a failure; 0 turns
/// that off
/// @param slowFloor an answer that took less is never slow
/// @param probeAfter how long after its ejection an instance is probed; twice as long each time it fails again
/// @param probeLongest the longest such pause
/// @param maxShare of a service's instances that may be ejected; if more would have to be, all are used (panic); 0
/// ejects nobody
public record Ejection(
        int failures,
        double failureRate,
        double slowFactor,
        Duration slowFloor,
        Duration probeAfter,
        Duration probeLongest,
        double maxShare) {
    /// @throws IllegalArgumentException whose message is the key, a colon, and what was expected
    public Ejection {
        Check.that(failures >= 1 && failures <= 1_000, "failures", "1 to 1000");
        Check.that(failureRate > 0 && failureRate <= 1, "failure-rate", "more than 0, and at most 1");
        Check.that(slowFactor == 0 || slowFactor >= 2, "slow-factor", "2 or more, or 0 for never");
        Check.that(probeAfter.toMillis() >= 10, "probe-after", "10ms or more");
        Check.that(probeLongest.compareTo(probeAfter) >= 0, "probe-longest", "at least probe-after");
        Check.that(maxShare >= 0 && maxShare < 1, "max-share", "0 to less than 1");
    }

    /// How many of so many instances may be ejected.
    int most(int instances) {
        return (int) (maxShare * instances);
    }
}
