package dev.stringsvc.hotels.consul;

import dev.stringsvc.consul.registration.HealthCheck;
import java.util.List;

/// What a role registers in Consul.
///
/// @param name     of the service
/// @param protocol that it speaks
/// @param tags     tell the gateway which routes the service has
public record Role(String name, HealthCheck.Protocol protocol, List<String> tags) {
    public Role {
        tags = List.copyOf(tags);
    }

    /// A role that serves gRPC.
    public static Role grpc(String name, String... tags) {
        return new Role(name, HealthCheck.Protocol.GRPC, List.of(tags));
    }

    /// A role that serves gRPC, and JSON below a path of the gateway, which makes calls of it.
    public static Role transcoded(String name, String path) {
        return grpc(
                name,
                "gateway.path=" + path,
                "gateway.protocol=h2c",
                "gateway.transcode=true",
                "gateway.reflection=true",
                "gateway.idempotent=true");
    }

    /// A role that serves HTTP, and has all paths of the gateway that no other service has.
    public static Role http(String name) {
        return new Role(name, HealthCheck.Protocol.HTTP, List.of("gateway.path=/"));
    }

    /// The protocol by the name that the gateway has for it.
    String protocolName() {
        return switch (protocol) {
            case HTTP -> "http";
            case GRPC -> "h2c";
        };
    }
}
