package dev.stringsvc.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.stringsvc.program.HostPort;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaTest {
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

    @Test
    void it_names_exactly_the_keys_that_are_read() {
        Set<String> read = keys(GatewayConfig.class, "");
        // routes share one record with their defaults, which have some of its keys
        read.removeIf(key -> key.startsWith("/route-defaults/"));
        addKeys(Layers.defaults().path("route-defaults"), read);
        read.addAll(keys(RouteSpec.class, "/routes/-"));
        read.addAll(keys(GatewayConfig.Service.class, "/services/-"));
        read.addAll(keys(TagRule.class, "/consul/tag-rules/-"));
        Set<String> written = new TreeSet<>();
        addKeys(SCHEMA, "", written);
        assertThat(written).isEqualTo(read);
    }

    private static void addKeys(JsonNode routeDefaults, Set<String> keys) {
        routeDefaults.fieldNames().forEachRemaining(key -> {
            keys.add("/route-defaults/" + key);
            routeDefaults
                    .path(key)
                    .fieldNames()
                    .forEachRemaining(inner -> keys.add("/route-defaults/" + key + "/" + inner));
        });
    }

    private static Set<String> keys(Class<?> type, String at) {
        Set<String> keys = new TreeSet<>();
        if (!at.isEmpty()) {
            keys.add(at.endsWith("/-") ? at.substring(0, at.length() - 2) : at);
        }
        for (RecordComponent component : type.getRecordComponents()) {
            String key = at + "/" + PropertyNamingStrategies.KebabCaseStrategy.INSTANCE.translate(component.getName());
            keys.add(key);
            Class<?> of = typeOf(component.getGenericType());
            boolean several = of.isRecord() && of.getRecordComponents().length > 1 && !isText(of);
            if (several || (of.isRecord() && of.getEnclosingClass() == GatewayConfig.class)) {
                keys.addAll(keys(of, key));
            }
        }
        return keys;
    }

    private static Class<?> typeOf(Type type) {
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == Optional.class
                    ? (Class<?>) generic.getActualTypeArguments()[0]
                    : (Class<?>) generic.getRawType();
        }
        return (Class<?>) type;
    }

    /// Whether it is written as one value.
    private static boolean isText(Class<?> type) {
        return type == HostPort.class;
    }

    private static void addKeys(JsonNode schema, String at, Set<String> keys) {
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            String key = at + "/" + property.getKey();
            keys.add(key);
            JsonNode inner = property.getValue();
            addKeys(inner, key, keys);
            String ref = inner.path("items")
                    .path("$ref")
                    .asText(inner.path("additionalProperties").path("$ref").asText(""));
            if (!ref.isEmpty()) {
                addKeys(SCHEMA.at(ref.substring(1)), key + "/-", keys);
            }
        }
    }
}
