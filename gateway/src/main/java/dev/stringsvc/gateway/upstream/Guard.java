package dev.stringsvc.gateway.upstream;

import java.time.Duration;

/// When discovery is not believed at once: an agent that was restarted knows nobody, and says so in good faith. Those
/// it has forgotten are suspects: they take requests as long as they answer, for the hold at the most.
///
/// @param minShare fewer instances than this share of those before are doubted; 0 believes everything
/// @param hold how long a suspect may be used
public record Guard(double minShare, Duration hold) {
    /// @throws IllegalArgumentException whose message is the key, a colon, and what was expected
    public Guard {
        Check.that(minShare >= 0 && minShare <= 1, "min-share", "0 to 1");
    }

    /// Whether it is doubtful that there are only so many left.
    boolean doubts(int before, int now) {
        return now < minShare * before;
    }
}
