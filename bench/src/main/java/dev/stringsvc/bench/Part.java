package dev.stringsvc.bench;

/// What can be measured.
enum Part {
    /// 64 connections, three instances, small bodies: everything that is measured, of all programs.
    STANDARD,
    /// Other numbers of connections.
    CONNECTIONS,
    /// Larger bodies, both ways.
    PAYLOADS,
    /// A hundred instances.
    INSTANCES,
    /// A thousand services with ten instances each; of the gateway alone.
    DISCOVERY
}
