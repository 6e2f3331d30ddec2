package dev.stringsvc.gateway.discovery;

import dev.stringsvc.program.Label;
import java.util.List;
import java.util.Map;

/// One instance of a service, as discovery names it: plain data. Two snapshots speak of the same running instance
/// when its [#key] is the same; tags, meta and weight may change while it runs.
///
/// @param id unique within the service; shown to operators and clients, so never an address by itself.
/// At most 128 printable characters: [Label] cuts and escapes what is longer, or could forge a line
/// @param host a host name or an IP address, IPv6 without brackets
/// @param port 1 to 65535
/// @param weight its share of the requests where a route goes by weight, 0 to 65535
public record Instance(String id, String host, int port, List<String> tags, Map<String, String> meta, int weight) {
    /// The largest weight, which is Consul's too.
    public static final int HEAVIEST = 65_535;

    public Instance {
        if (id.isBlank() || host.isBlank() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "no usable id, host and port: '%s', '%s', %d".formatted(Label.of(id), Label.of(host), port));
        }
        id = Label.of(id);
        if (weight < 0 || weight > HEAVIEST) {
            throw new IllegalArgumentException("no usable weight: '" + id + "', " + weight);
        }
        tags = List.copyOf(tags);
        meta = Map.copyOf(meta);
    }

    /// An instance of the usual weight, 1.
    public Instance(String id, String host, int port, List<String> tags, Map<String, String> meta) {
        this(id, host, port, tags, meta, 1);
    }

    /// An instance without tags and meta.
    public static Instance of(String id, String host, int port) {
        return new Instance(id, host, port, List.of(), Map.of());
    }

    /// The same instance, its host written in another form.
    Instance at(String host) {
        return new Instance(id, host, port, tags, meta, weight);
    }

    /// What stays the same while the instance runs.
    public Key key() {
        return new Key(id, host, port);
    }

    /// Which instance, and where: ids alone are unique per Consul agent only.
    public record Key(String id, String host, int port) {}
}
