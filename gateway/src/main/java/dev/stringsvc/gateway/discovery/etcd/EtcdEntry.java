package dev.stringsvc.gateway.discovery.etcd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stringsvc.etcd.KeyValue;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.LeftOut;
import dev.stringsvc.program.Excerpt;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.Label;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Reads an instance from a key in etcd, strictly, and by itself: a malformed value does not affect the
/// other instances of the service.
///
/// A value is `host:port`, or what etcd's own naming package writes:
/// `{"Op":0,"Addr":"host:port","Metadata":…}` (`client/v3/naming/endpoints/internal/update.go`).
final class EtcdEntry {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final int SHOWN = 40;

    private EtcdEntry() {}

    /// The result of reading a key.
    sealed interface Read {
        /// The key is an instance.
        record Usable(Instance instance) implements Read {}

        /// The key is not a valid instance.
        record Unusable(LeftOut why) implements Read {}
    }

    /// @param prefix the service's prefix; what follows it in the key is the instance's id
    static Read read(String prefix, KeyValue entry) {
        try {
            String id = entry.key().substring(prefix.length());
            if (id.isBlank()) {
                throw new IllegalArgumentException("key: expected an instance's name after " + prefix);
            }
            return new Read.Usable(instance(id, entry.value().strip()));
        } catch (IllegalArgumentException e) {
            return new Read.Unusable(new LeftOut(Label.of(entry.key()), String.valueOf(e.getMessage())));
        }
    }

    private static Instance instance(String id, String value) {
        if (!value.startsWith("{")) {
            HostPort at = hostPort("value", value, "host:port, or JSON with Addr");
            return Instance.of(id, at.host(), at.port());
        }
        JsonNode json = json(value);
        JsonNode operation = json.path("Op");
        check(operation.isMissingNode() || (operation.isInt() && operation.intValue() == 0), "Op", "0", operation);
        JsonNode address = json.path("Addr");
        check(address.isTextual(), "Addr", "host:port", address);
        HostPort at = hostPort("Addr", address.textValue(), "host:port");
        return new Instance(id, at.host(), at.port(), List.of(), meta(json.path("Metadata")));
    }

    private static JsonNode json(String value) {
        try {
            return JSON.readTree(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("value: expected JSON, got " + shown(value), e);
        }
    }

    private static HostPort hostPort(String key, String text, String expected) {
        try {
            return HostPort.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + ": expected " + expected + ", got " + shown(text), e);
        }
    }

    /// The texts, numbers and booleans of the metadata. It may be any JSON, so anything else is no error.
    private static Map<String, String> meta(JsonNode metadata) {
        Map<String, String> meta = new TreeMap<>();
        metadata.properties().forEach(one -> {
            if (one.getValue().isValueNode() && !one.getValue().isNull()) {
                meta.put(one.getKey(), one.getValue().asText());
            }
        });
        return meta;
    }

    private static void check(boolean valid, String key, String expected, JsonNode given) {
        if (!valid) {
            throw new IllegalArgumentException(key + ": expected " + expected + ", got "
                    + (given.isMissingNode() ? "nothing" : shown(given.toString())));
        }
    }

    private static String shown(String text) {
        return "'" + Label.of(Excerpt.of(text, SHOWN)) + "'";
    }
}
