package dev.stringsvc.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaTest {
    private static final Path FILE = Path.of("src/main/resources/dev/stringsvc/gateway/config/schema.json");
    private static final JsonNode SCHEMA;
    private static final JsonSchema VALIDATOR;

    static {
        try {
            SCHEMA = new JsonMapper().readTree(ConfigLoader.schema());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        VALIDATOR = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(SCHEMA);
    }

    private static List<String> complaints(String yaml) throws Exception {
        return VALIDATOR.validate(new YAMLMapper().readTree(yaml)).stream()
                .map(Object::toString)
                .toList();
    }

    @Test
    void the_defaults_are_valid() throws Exception {
        assertThat(complaints(ConfigLoader.defaults())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prot: 8080",
                "port: yes",
                "timeouts: {connect: fast}",
                "consul: {tls: true}",
                "consul: {tls: {verify: maybe}}",
                "consul: {token: 123}",
                "etcd: {endpoints: 127.0.0.1:2379}",
                "etcd: {verify: maybe}",
                "services: {a: {registry: zookeeper}}",
                "limits: {request-body: 10 MB}",
                "routes: [{path: users, service: s}]",
                "routes: [{path: /users}]",
                "routes: [{path: /users, service: s, respond: {}}]",
                "routes: [{path: /users, service: s, methods: [get]}]",
                "routes: [{path: /users, redirect: {status: 308}}]",
                "services: {s: {instances: 127.0.0.1:80}}",
                "consul: {tag-rules: [{services: s}]}",
                "consul: {tag-rules: [{services: s, paths: [a]}]}"
            })
    void what_the_gateway_refuses_the_schema_refuses(String yaml) throws Exception {
        assertThat(complaints(yaml)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "port: 65536",
                "limits: {in-flight: 0}",
                "limits: {connections: 1000001}",
                "retry: {budget-ratio: 1.1}",
                "ejection: {failure-rate: 0}",
                "ejection: {max-share: 1}",
                "http2: {cleartext: sometimes}",
                "timeouts: {idle: 3}",
                "limits: {head: 10MB}",
                "trusted-proxies: 10.0.0.0/8",
                "services: {s: {protocol: spdy}}",
                "services: {s: {in-flight: 0}}",
                "routes: [{path: /a, redirect: {to: /b, status: 304}}]",
                "routes: [{path: /a, service: s, attempts: 11}]",
                "routes: [{path: /a, service: s, canary: {tag: t, percent: 101}}]",
                "routes: [{path: /a, redirect: {to: /b, status: 300}}]",
                "routes: [{path: /a, respond: {status: 199}}]",
                "routes: [{path: /a, service: s, balancer: random}]",
                "routes: [{path: /a, service: s, request-headers: {add: {A: b}}}]"
            })
    void both_refuse_a_value_that_is_out_of_bounds_or_of_another_kind(String yaml) throws Exception {
        assertThat(complaints(yaml)).isNotEmpty();
        assertThatThrownBy(() -> ConfigLoader.load(Optional.empty(), (ObjectNode) new YAMLMapper().readTree(yaml)))
                .isInstanceOf(ConfigException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "port: 0",
                "limits: {connections: , request-body: 10MiB, head: 65536}",
                "timeouts: {connect: 0.5s, idle: 1m30s}",
                "shutdown: {grace: 0}",
                "services: {s: }",
                "services: {s: {instances: [\"127.0.0.1:1\"], in-flight: 5}}",
                "routes: [{path: /a, service: s, balancer: hash header X-A, canary: {tag: t, percent: 0.5}}]",
                "routes: [{path: /a, redirect: {to: /b}}, {path: /c, respond: {body: text}}]",
                "consul: {tag-rules: [{services: s, paths: [/a]}]}"
            })
    void both_accept_what_is_valid(String yaml) throws Exception {
        assertThat(complaints(yaml)).isEmpty();
        assertThat(ConfigLoader.load(Optional.empty(), (ObjectNode) new YAMLMapper().readTree(yaml)))
                .isNotNull();
    }

    @Test
    void it_is_what_the_records_and_defaults_give() throws Exception {
        var shapes = (ObjectNode) new YAMLMapper().readTree(Layers.resource("schema-shapes.yaml"));
        ObjectNode generated = new SchemaGenerator(shapes).schema();
        String text = generated.toPrettyString() + "\n";
        if (Boolean.getBoolean("schema.write")) {
            Files.writeString(FILE, text);
        }
        assertThat(Files.readString(FILE))
                .as("schema.json is generated; `make schema` writes it again")
                .isEqualTo(text);
    }

    @Test
    void it_describes_every_key() {
        List<String> without = new ArrayList<>();
        addUndescribed(SCHEMA, "", without);
        SCHEMA.path("$defs")
                .properties()
                .forEach(kind -> addUndescribed(kind.getValue(), "/" + kind.getKey(), without));
        assertThat(without)
                .containsExactlyInAnyOrder(
                        "/route/redirect/status",
                        "/route/respond/status",
                        "/route/respond/content-type",
                        "/route/respond/body");
    }

    private static void addUndescribed(JsonNode schema, String at, List<String> keys) {
        schema.path("properties").properties().forEach(property -> {
            if (!property.getValue().has("description")) {
                keys.add(at + "/" + property.getKey());
            }
            addUndescribed(property.getValue(), at + "/" + property.getKey(), keys);
        });
    }
}
