package dev.stringsvc.hotels.consul;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.program.Check;
import java.time.Duration;
import java.util.Optional;

/// How a role uses Consul.
///
/// @param consul       how to reach the agent
/// @param registration how to register; empty not to
public record ConsulUse(ConsulSettings consul, Optional<Registration> registration) {
    /// @param id              the instance's id in Consul; empty for one made of the role, the host's
    /// name and the port
    /// @param checkInterval   how often Consul asks if the instance is healthy
    /// @param deregisterAfter how long it may be critical before Consul removes it
    public record Registration(Optional<String> id, Duration checkInterval, Duration deregisterAfter) {
        public Registration {
            Check.that(checkInterval.isPositive(), "--check-interval", "more than 0s");
            Check.that(deregisterAfter.isPositive(), "--deregister-after", "more than 0s");
        }
    }
}
