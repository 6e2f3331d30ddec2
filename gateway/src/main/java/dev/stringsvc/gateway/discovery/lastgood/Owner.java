package dev.stringsvc.gateway.discovery.lastgood;

import java.time.Instant;
import java.util.Optional;

/// A service that has or had a claim, kept so that a restart does not change which service had it first.
///
/// @param claim the host and path of a route by tags
/// @param since when the service got the claim
/// @param until when the service last had it; empty while it has it
public record Owner(String service, String claim, Instant since, Optional<Instant> until) {}
