package dev.stringsvc.gateway.discovery.lastgood;

import dev.stringsvc.gateway.discovery.Instance;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// An answer that lacks most of what was known a moment before: either everything is gone, or the source forgot it (an
/// agent that restarted empty).
///
/// @param since when the first such answer came
/// @param before what was known until then
record Doubt(Instant since, List<Instance> before) {
    /// The least share of what was known that an answer keeps which is believed at once.
    static final double MIN_SHARE = 0.34;

    /// How long such answers are doubted.
    static final Duration HOLD = Duration.ofMinutes(1);

    static boolean deserves(List<Instance> before, List<Instance> after) {
        Set<Instance.Key> there = after.stream().map(Instance::key).collect(Collectors.toSet());
        long kept = before.stream().map(Instance::key).filter(there::contains).count();
        return kept < before.size() * MIN_SHARE;
    }

    boolean holds(List<Instance> after, Instant now) {
        return deserves(before, after) && now.isBefore(since.plus(HOLD));
    }

    /// What is listed, and what was before.
    List<Instance> with(List<Instance> after) {
        Map<Instance.Key, Instance> all = new LinkedHashMap<>();
        after.forEach(instance -> all.put(instance.key(), instance));
        before.forEach(instance -> all.putIfAbsent(instance.key(), instance));
        return List.copyOf(all.values());
    }
}
