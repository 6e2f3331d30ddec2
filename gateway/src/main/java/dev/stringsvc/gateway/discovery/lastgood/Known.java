package dev.stringsvc.gateway.discovery.lastgood;

import dev.stringsvc.gateway.discovery.Instance;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// The instances of one service as its source last confirmed them.
///
/// @param tags the tags that were asked for. The answer lists only instances with these tags, so it is
/// only valid for them
record Known(List<String> tags, Instant confirmedAt, List<Instance> instances) {
    Known {
        tags = List.copyOf(tags);
        instances = List.copyOf(instances);
    }

    /// True if it was confirmed in the past, at most `age` ago.
    boolean isYoungerThan(Duration age, Instant now) {
        return !confirmedAt.isAfter(now) && !confirmedAt.isBefore(now.minus(age));
    }

    boolean isOf(List<String> otherTags) {
        return Set.copyOf(tags).equals(Set.copyOf(otherTags));
    }
}
