package dev.stringsvc.gateway.discovery.lastgood;

import dev.stringsvc.gateway.discovery.Instance;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// One service as its source last confirmed it.
///
/// @param tags what was asked for; instances without them are not listed, so an answer holds for the same tags only
record Known(List<String> tags, Instant confirmedAt, List<Instance> instances) {
    Known {
        tags = List.copyOf(tags);
        instances = List.copyOf(instances);
    }

    /// Whether it is from the past, and from no earlier than `age` ago.
    boolean isYoungerThan(Duration age, Instant now) {
        return !confirmedAt.isAfter(now) && !confirmedAt.isBefore(now.minus(age));
    }

    boolean isOf(List<String> otherTags) {
        return Set.copyOf(tags).equals(Set.copyOf(otherTags));
    }
}
