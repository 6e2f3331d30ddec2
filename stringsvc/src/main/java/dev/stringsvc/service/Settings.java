package dev.stringsvc.service;

import dev.stringsvc.consul.ConsulSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// All that an instance is told when it starts.
///
/// @param host         where it listens; a wildcard address listens everywhere
/// @param port         0 picks a free one
/// @param id           its id in Consul; made of the host's name and the port unless given
/// @param advertise    where others reach it; found out unless given
/// @param registration where to register, and how; empty registers nowhere
/// @param grace        how long it goes on serving after it deregistered
/// @param drain        the longest wait for requests in flight when it stops
record Settings(
        String host,
        int port,
        Optional<String> id,
        Optional<Advertise> advertise,
        List<String> tags,
        Optional<Registration> registration,
        Duration grace,
        Duration drain) {

    Settings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("--port must be from 0 to 65535, not " + port);
        }
        tags = List.copyOf(tags);
    }

    /// Where others reach the instance; without a port it is the one it listens on.
    record Advertise(String host, OptionalInt port) {}

    /// How the instance is registered.
    ///
    /// @param checkInterval   how often Consul asks for health
    /// @param deregisterAfter how long the instance may be critical before Consul forgets it
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
