package dev.stringsvc.service.registration;

import java.io.IOException;
import java.util.Optional;

/// What is asked of a Consul agent. Every method may take as long as the agent's timeouts allow, and throws
/// [IOException] with a sentence for the log where the agent can't be reached or refuses.
public interface Agent {
    /// Where the agent believes the instance with this id to be; empty where it knows none.
    Optional<HostPort> addressOf(String id) throws IOException;

    /// Registers the instance, or replaces what the agent knew of it.
    void register(Instance instance) throws IOException;

    /// Forgets the instance. One that is not known is no error.
    void deregister(String id) throws IOException;
}
