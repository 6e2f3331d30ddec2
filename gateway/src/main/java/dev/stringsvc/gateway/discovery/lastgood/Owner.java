package dev.stringsvc.gateway.discovery.lastgood;

import java.time.Instant;
import java.util.Optional;

/// Who has had a claim, so that it is known after a restart who had it first.
///
/// @param claim what a route of the service's tags is for
/// @param since when the service got it
/// @param until when the service had it last; empty where it has it still
public record Owner(String service, String claim, Instant since, Optional<Instant> until) {}
