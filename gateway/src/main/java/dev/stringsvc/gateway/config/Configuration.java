package dev.stringsvc.gateway.config;

/// What one load of a [ConfigSource] brought.
///
/// @param binder for routes that others than the file give, with the defaults that the file has
public record Configuration(GatewayConfig config, RouteBinder binder) {}
