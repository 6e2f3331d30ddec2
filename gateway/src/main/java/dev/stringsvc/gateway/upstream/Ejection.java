package dev.stringsvc.gateway.upstream;

import dev.stringsvc.program.Check;
import dev.stringsvc.program.SettingException;
import java.time.Duration;

/// When a failing instance gets no requests although discovery lists it, and when it is tried again.
///
/// @param failures the number of failed attempts in a row that ejects
/// @param failureRate the share of failures among the last 20 attempts that ejects, once there were 10
/// @param slowFactor a response that takes this many times the mean of the other instances counts as a
/// failure; 0 turns this off
/// @param slowFloor a response that takes less than this is never slow
/// @param probeAfter the time from an ejection to the first probe; it doubles each time that the
/// instance fails again
/// @param probeLongest the longest such time
/// @param maxShare the share of a service's instances that may be ejected. If more than that fail, all
/// are used (panic); 0 ejects none
public record Ejection(
        int failures,
        double failureRate,
        double slowFactor,
        Duration slowFloor,
        Duration probeAfter,
        Duration probeLongest,
        double maxShare) {
    /// @throws SettingException for a value that is not valid
    public Ejection {
        Check.that(failures >= 1 && failures <= 1_000, "failures", "1 to 1000");
        Check.that(failureRate > 0 && failureRate <= 1, "failure-rate", "more than 0, and at most 1");
        Check.that(slowFactor == 0 || slowFactor >= 2, "slow-factor", "2 or more, or 0 for never");
        Check.that(probeAfter.toMillis() >= 10, "probe-after", "10ms or more");
        Check.that(probeLongest.compareTo(probeAfter) >= 0, "probe-longest", "at least probe-after");
        Check.that(maxShare >= 0 && maxShare < 1, "max-share", "0 to less than 1");
    }

    /// The number of instances that may be ejected, out of this many.
    int most(int instances) {
        return (int) (maxShare * instances);
    }
}
