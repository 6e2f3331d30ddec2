package dev.stringsvc.service.registration;

import java.io.IOException;

/// What is asked of a Consul agent. Every method may take as long as the agent's timeouts allow, and throws
/// [IOException] with a sentence for the log where the agent can't be reached or refuses.
public interface Agent {
    /// True if the agent knows an instance with this id at this one's address, registered with the token of now.
    boolean knows(Instance instance) throws IOException;

    /// Registers the instance, or replaces what the agent knew of it.
    void register(Instance instance) throws IOException;

    /// Forgets the instance. One that is not known is no error.
    void deregister(String id) throws IOException;
}
