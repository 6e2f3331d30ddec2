package dev.stringsvc.service.registration;

import dev.stringsvc.program.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What Consul is told of one instance: who it is, where others reach it, and how to tell whether it lives.
///
/// @param id              unique per instance, and the same after a restart of that instance
/// @param name            the service that this is an instance of
/// @param address         where others reach it; with `atNode` where the agent does
/// @param atNode          whether Consul is told the port only, so that others take the address of the agent's node
/// @param meta            free text by key, shown by Consul
/// @param checkInterval   how often Consul asks for its health
/// @param deregisterAfter how long it may be critical before Consul forgets it (Consul itself takes no less than 1m)
public record Instance(
        String id,
        String name,
        HostPort address,
        boolean atNode,
        List<String> tags,
        Map<String, String> meta,
        Duration checkInterval,
        Duration deregisterAfter) {

    public Instance {
        tags = List.copyOf(tags);
        meta = Map.copyOf(meta);
    }

    /// The host that the catalogue shows: nothing where others are to take the node's.
    String catalogueHost() {
        return atNode ? "" : address.host();
    }

    /// Where others reach it, for the log.
    String place() {
        return atNode ? "the address of Consul's node, port " + address.port() : address.toString();
    }

    /// What Consul asks.
    public String healthUrl() {
        return "http://" + address + "/health";
    }

    /// Where the instance stands now. Asked anew at every attempt: a name may not resolve yet, an address may change.
    @FunctionalInterface
    public interface Source {
        /// @throws IOException where it can't be told at the moment, with a sentence for the log
        Instance current() throws IOException;
    }
}
