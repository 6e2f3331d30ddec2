package dev.stringsvc.gateway.discovery.consul;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.node.NullNode;
import com.orbitz.consul.model.health.HealthCheck;
import com.orbitz.consul.model.health.Node;
import com.orbitz.consul.model.health.Service;
import com.orbitz.consul.model.health.ServiceHealth;
import java.io.IOException;
import java.util.List;

/// An entry of a health query's answer, as JSON, in place of the orbitz client's own type. With the
/// client's type, one entry without a required part would make the whole answer fail.
final class ListedEntry extends ServiceHealth {
    private final JsonNode json;

    private ListedEntry(JsonNode json) {
        this.json = json;
    }

    JsonNode json() {
        return json;
    }

    @Override
    public Node getNode() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Service getService() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<HealthCheck> getChecks() {
        throw new UnsupportedOperationException();
    }

    /// Makes Jackson read entries as [ListedEntry].
    @JsonDeserialize(using = Reader.class)
    abstract static class AsTree {}

    /// Reads an entry, which may be `null`.
    static final class Reader extends StdDeserializer<ServiceHealth> {
        private static final long serialVersionUID = 1;

        Reader() {
            super(ServiceHealth.class);
        }

        @Override
        public ServiceHealth deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return new ListedEntry(context.readTree(parser));
        }

        @Override
        public ServiceHealth getNullValue(DeserializationContext context) {
            return new ListedEntry(NullNode.getInstance());
        }
    }
}
