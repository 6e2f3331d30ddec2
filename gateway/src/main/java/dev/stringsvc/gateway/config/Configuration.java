package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// What one load of a [ConfigSource] brought.
///
/// @param binder for routes that others than the file give, with the defaults that the file has
/// @param written file and flags laid over the defaults; not to be changed
public record Configuration(GatewayConfig config, RouteBinder binder, ObjectNode written) {}
