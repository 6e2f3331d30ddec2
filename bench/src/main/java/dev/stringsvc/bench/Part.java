package dev.stringsvc.bench;

/// What can be measured.
enum Part {
    /// 64 connections, three instances, small bodies; all figures of all programs.
    STANDARD,
    /// Other numbers of connections.
    CONNECTIONS,
    /// Larger bodies, both ways.
    PAYLOADS,
    /// A hundred instances.
    INSTANCES,
    /// A thousand services with ten instances each; for the gateway alone.
    DISCOVERY
}
