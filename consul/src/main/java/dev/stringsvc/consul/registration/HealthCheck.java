package dev.stringsvc.consul.registration;

import java.time.Duration;

/// How Consul finds out if an instance is healthy.
///
/// @param interval        how often Consul asks
/// @param deregisterAfter how long the instance may be critical before Consul removes it (Consul's
/// minimum is 1m)
public record HealthCheck(Protocol protocol, Duration interval, Duration deregisterAfter) {
    private static final Duration LONGEST = Duration.ofSeconds(5);

    /// What Consul sends.
    public enum Protocol {
        /// `GET /health`
        HTTP,
        /// `grpc.health.v1.Health/Check` for the whole server
        GRPC
    }

    /// Twice the interval, at most five seconds. With less, an instance on a machine that is busy for
    /// a second would become critical.
    Duration timeout() {
        Duration twice = interval.multipliedBy(2);
        return twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
    }
}
