package dev.stringsvc.gateway.discovery;

import java.util.List;
import java.util.Map;

/// One instance of a service, as discovery names it: plain data. Two snapshots speak of the same running instance
/// when its [#key] is the same; tags and meta may change while it runs.
///
/// @param id unique within the service; shown to operators and clients, so never an address by itself
/// @param host a host name or an IP address, IPv6 without brackets
/// @param port 1 to 65535
public record Instance(String id, String host, int port, List<String> tags, Map<String, String> meta) {
    public Instance {
        if (id.isBlank() || host.isBlank() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException("no usable id, host and port: '" + id + "', '" + host + "', " + port);
        }
        tags = List.copyOf(tags);
        meta = Map.copyOf(meta);
    }

    /// An instance without tags and meta.
    public static Instance of(String id, String host, int port) {
        return new Instance(id, host, port, List.of(), Map.of());
    }

    /// What stays the same while the instance runs.
    public Key key() {
        return new Key(id, host, port);
    }

    /// Which instance, and where: ids alone are unique per Consul agent only.
    public record Key(String id, String host, int port) {}
}
