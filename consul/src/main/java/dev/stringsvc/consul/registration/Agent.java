package dev.stringsvc.consul.registration;

import java.io.IOException;

/// The calls to a Consul agent. Each may take as long as the agent's timeouts, and throws [IOException]
/// with a sentence for the log if the agent cannot be reached or refuses.
public interface Agent {
    /// True if the agent has an instance with this id and address that was registered with the current
    /// token.
    boolean knows(Instance instance) throws IOException;

    /// Registers the instance, or replaces its registration.
    void register(Instance instance) throws IOException;

    /// Deregisters the instance. An unknown id is not an error.
    void deregister(String id) throws IOException;
}
