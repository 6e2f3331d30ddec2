package dev.stringsvc.gateway.upstream;

import dev.stringsvc.program.Check;
import dev.stringsvc.program.SettingException;
import java.time.Duration;

/// Protects against an answer of discovery that drops most instances at once, as a restarted Consul
/// agent gives. The dropped instances become suspects: they take requests as long as they respond, but
/// no longer than `hold`.
///
/// @param minShare an answer with less than this share of the previous instances is doubted; 0 doubts
/// none
/// @param hold how long a suspect may be used
public record Guard(double minShare, Duration hold) {
    /// @throws SettingException for a value that is not valid
    public Guard {
        Check.that(minShare >= 0 && minShare <= 1, "min-share", "0 to 1");
    }

    /// True if an answer with `now` instances is doubted after `before`.
    boolean doubts(int before, int now) {
        return now < minShare * before;
    }
}
