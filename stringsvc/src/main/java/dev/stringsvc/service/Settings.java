package dev.stringsvc.service;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.program.LogFormat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The settings of one instance.
///
/// @param host         the address to listen on; a wildcard address listens on all
/// @param port         the port to listen on; 0 picks a free one
/// @param id           its id in Consul; empty for one made of the host's name and the port
/// @param advertise    the address at which others reach it; empty to find it out
/// @param registration how to register in Consul; empty to serve without Consul
/// @param grace        how long it serves on after it has deregistered
/// @param drain        the longest wait for requests in flight when it stops
/// @param logFormat    how log lines are written
record Settings(
        String host,
        int port,
        Optional<String> id,
        Optional<Advertise> advertise,
        List<String> tags,
        Optional<Registration> registration,
        Duration grace,
        Duration drain,
        LogFormat logFormat) {

    Settings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("--port must be from 0 to 65535, not " + port);
        }
        tags = List.copyOf(tags);
    }

    /// The address at which others reach the instance. Without a port it is the port that the instance
    /// listens on.
    record Advertise(String host, OptionalInt port) {}

    /// @param checkInterval   how often Consul sends GET /health
    /// @param deregisterAfter how long the instance may be critical before Consul removes it
    record Registration(ConsulSettings consul, Duration checkInterval, Duration deregisterAfter) {
        Registration {
            if (checkInterval.isZero()) {
                throw new IllegalArgumentException("--check-interval must be more than 0s");
            }
            if (deregisterAfter.isZero()) {
                throw new IllegalArgumentException("--deregister-after must be more than 0s");
            }
        }
    }
}
