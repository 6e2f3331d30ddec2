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

/// An entry of a health answer in the place where the orbitz client has its own, and no more than its
/// JSON: the client's own fails on one entry that lacks something, and then the whole answer is lost.
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

    /// Has Jackson read entries like this.
    @JsonDeserialize(using = Reader.class)
    abstract static class AsTree {}

    /// Reads one, `null` too.
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
