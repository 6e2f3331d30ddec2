package dev.stringsvc.gateway.discovery;

import dev.stringsvc.program.Label;
import java.util.List;
import java.util.Map;

/// One instance of a service, as discovery lists it. An instance in two snapshots is the same if its
/// [#key] is the same; tags, meta and weight may change while it runs.
///
/// @param id unique within the service. It is shown to operators and clients, so the gateway never puts
/// an address into it. At most 128 printable characters: [Label] cuts and escapes the rest, which could
/// forge a log line
/// @param host a host name or an IP address, IPv6 without brackets
/// @param port 1 to 65535
/// @param weight for weighted balancers, 0 to 65535
public record Instance(String id, String host, int port, List<String> tags, Map<String, String> meta, int weight) {
    /// The largest weight, the same as Consul's.
    public static final int HEAVIEST = 65_535;

    public Instance {
        if (id.isBlank() || host.isBlank() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "invalid id, host or port: '%s', '%s', %d".formatted(Label.of(id), Label.of(host), port));
        }
        id = Label.of(id);
        if (weight < 0 || weight > HEAVIEST) {
            throw new IllegalArgumentException("invalid weight: '" + id + "', " + weight);
        }
        tags = List.copyOf(tags);
        meta = Map.copyOf(meta);
    }

    /// An instance of weight 1.
    public Instance(String id, String host, int port, List<String> tags, Map<String, String> meta) {
        this(id, host, port, tags, meta, 1);
    }

    /// An instance without tags and meta.
    public static Instance of(String id, String host, int port) {
        return new Instance(id, host, port, List.of(), Map.of());
    }

    /// The same instance, with its host written in another form.
    Instance at(String host) {
        return new Instance(id, host, port, tags, meta, weight);
    }

    /// Identifies the instance while it runs.
    public Key key() {
        return new Key(id, host, port);
    }

    /// Identifies an instance. The id alone would not, since two Consul agents may have the same id.
    public record Key(String id, String host, int port) {}
}
