package dev.stringsvc.consul.registration;

import dev.stringsvc.program.HostPort;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// What is registered in Consul for one instance: its identity, its address and its health check.
///
/// @param id              unique per instance, and the same after a restart of that instance
/// @param name            the service that this is an instance of
/// @param address         where others reach it; if `atNode`, where the agent reaches it
/// @param atNode          true if only the port is registered, so that others use the address of the
/// agent's node
/// @param meta            metadata, shown by Consul
public record Instance(
        String id,
        String name,
        HostPort address,
        boolean atNode,
        List<String> tags,
        Map<String, String> meta,
        HealthCheck check) {

    public Instance {
        tags = List.copyOf(tags);
        meta = Map.copyOf(meta);
    }

    /// The host in Consul's catalog; empty if others are to use the node's address.
    String catalogueHost() {
        return atNode ? "" : address.host();
    }

    /// The address for the log.
    String location() {
        return atNode ? "the address of Consul's node, port " + address.port() : address.toString();
    }

    /// What the health check asks: a URL, or an address that serves gRPC.
    String healthTarget() {
        return switch (check.protocol()) {
            case HTTP -> "http://" + address + "/health";
            case GRPC -> address.toString();
        };
    }

    /// The instance with its current address. It is asked for before every attempt, because a name may
    /// not resolve yet and an address may change.
    @FunctionalInterface
    public interface Source {
        /// @throws IOException if the address cannot be found out at the moment; the message is for the
        /// log
        Instance current() throws IOException;
    }
}
