package dev.stringsvc.bench;

/// The parts of the benchmark.
enum Part {
    /// 64 connections, three instances, small bodies; all figures of all programs.
    STANDARD,
    /// Other numbers of connections.
    CONNECTIONS,
    /// Larger bodies in both directions.
    PAYLOADS,
    /// A hundred instances.
    INSTANCES,
    /// A thousand services with ten instances each; for the gateway alone.
    DISCOVERY,
    /// Unary gRPC calls; for the gateway and nginx.
    GRPC
}
