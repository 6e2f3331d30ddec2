package dev.stringsvc.gateway.discovery;

/// An entry of a registry that is not a valid instance.
///
/// @param id names the entry, safe for the log
/// @param reason the key, a colon, and what was expected
public record LeftOut(String id, String reason) {}
