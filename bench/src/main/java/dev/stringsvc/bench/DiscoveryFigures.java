package dev.stringsvc.bench;

import java.time.Duration;
import java.util.List;

/// The cost of a large catalog for the gateway.
///
/// @param ready time from the gateway's start until it knows all instances
/// @param readyCpu CPU time until then
/// @param idleCpu CPU time in a second while nothing changes
/// @param updateCpu CPU time of one changed service, beyond `idleCpu`
/// @param routed times from Consul's confirmation that an instance is registered to its first answer
/// @param residentBytes memory after all updates
record DiscoveryFigures(
        int services,
        int instances,
        Duration ready,
        Duration readyCpu,
        Duration idleCpu,
        Duration updateCpu,
        List<Duration> routed,
        long residentBytes) {}
