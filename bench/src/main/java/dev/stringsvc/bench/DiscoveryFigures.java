package dev.stringsvc.bench;

import java.time.Duration;
import java.util.List;

/// What a large catalogue costs the gateway.
///
/// @param ready from its start until it knows all instances
/// @param readyCpu what it took until then
/// @param idleCpu what it takes a second while nothing changes
/// @param updateCpu what one changed service takes beyond that
/// @param routed from the word that an instance is registered to its first answer
/// @param residentBytes after all that
record DiscoveryFigures(
        int services,
        int instances,
        Duration ready,
        Duration readyCpu,
        Duration idleCpu,
        Duration updateCpu,
        List<Duration> routed,
        long residentBytes) {}
