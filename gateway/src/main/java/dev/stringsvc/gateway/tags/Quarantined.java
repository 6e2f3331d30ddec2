package dev.stringsvc.gateway.tags;

/// A route that a service's tags ask for and that is not live as they say.
///
/// @param reason one sentence for the operator
public record Quarantined(String route, String service, String reason) {}
