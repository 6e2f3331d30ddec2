package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.gateway.route.HeaderEdits;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.Secret;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Generates the JSON Schema of the configuration: kinds of values from the records that it is read
/// into, defaults and descriptions from `defaults.yaml` and `elements.yaml` (whose comments are the
/// descriptions), and bounds of numbers by asking the loader which it accepts. What none of these can
/// say, such as patterns and examples, stands in `schema-shapes.yaml`.
///
/// Our own, since a generator such as victools's knows neither our defaults nor how records are written
/// in YAML, and would need as much code to be told.
final class SchemaGenerator {
    private static final String DURATION = "duration";
    private static final String SIZE = "size";
    /// Records that are written as one text.
    private static final Set<Class<?>> TEXTS = Set.of(String.class, Secret.class, HostPort.class, AddressRange.class);
    /// What is written as a map or list of elements of a kind.
    private static final Map<String, Class<?>> KINDS =
            Map.of("tag-rule", TagRule.class, "service", GatewayConfig.Service.class, "route", RouteSpec.class);

    private final YamlComments defaultComments = new YamlComments(Layers.resource("defaults.yaml"));
    private final YamlComments elementComments = new YamlComments(Layers.resource("elements.yaml"));
    private final ObjectNode shapes;

    /// Where the keys of a record are described and have their defaults.
    ///
    /// @param kind of the element; empty for the file itself
    /// @param pointer in the file, or in the element
    private record Place(String kind, String pointer) {
        Place key(String key) {
            return new Place(kind, pointer + "/" + key);
        }
    }

    /// @param shapes by JSON pointer into the schema, what to add there
    SchemaGenerator(ObjectNode shapes) {
        this.shapes = shapes;
    }

    ObjectNode schema() {
        ObjectNode schema = Yaml.emptyTree();
        schema.put("$schema", "http://json-schema.org/draft-07/schema#");
        schema.put("title", "gateway configuration");
        schema.put(
                "description",
                "What the gateway reads with --config. Every key may be left out; `gateway defaults` prints the"
                        + " defaults.");
        schema.setAll(record(GatewayConfig.class, new Place("", "")));
        schema.putArray("type").add("object").add("null"); // an empty file
        ObjectNode definitions = schema.putObject("$defs");
        definitions.set(
                DURATION,
                anyOf(
                        "a duration such as 250ms, 1.5s or 1m30s",
                        text().put("pattern", "^(([0-9]{1,9}([.][0-9]{1,9})?(ms|s|m|h))+|0)$"),
                        Yaml.emptyTree().put("const", 0)));
        definitions.set(
                SIZE,
                anyOf(
                        "a size such as 65536, 64KiB, 10MiB or unlimited",
                        text().put("pattern", "^([0-9]{1,9} ?(B|KiB|MiB|GiB)?|unlimited)$"),
                        type("integer").put("minimum", 0)));
        KINDS.keySet().stream().sorted().forEach(kind -> definitions.set(kind, element(kind)));
        shapes.properties().forEach(shape -> shape(schema, shape.getKey(), (ObjectNode) shape.getValue()));
        return schema;
    }

    private static void shape(ObjectNode schema, String pointer, ObjectNode shape) {
        JsonNode at = schema.at(pointer);
        if (!(at instanceof ObjectNode node)) {
            throw new AssertionError("schema-shapes.yaml: the schema has no " + pointer);
        }
        node.setAll(shape);
    }

    private static ObjectNode anyOf(String description, ObjectNode... alternatives) {
        ObjectNode schema = Yaml.emptyTree().put("description", description);
        schema.putArray("anyOf").addAll(List.of(alternatives)).add(type("null"));
        return schema;
    }

    private ObjectNode element(String kind) {
        ObjectNode schema = record(Objects.requireNonNull(KINDS.get(kind)), new Place(kind, ""));
        elementComments.at("/" + kind).ifPresent(text -> schema.put("description", text));
        if (!schema.has("required")) {
            schema.putArray("type").add("object").add("null"); // an element may be empty
        }
        return schema;
    }

    private static ObjectNode type(String type) {
        return Yaml.emptyTree().put("type", type);
    }

    private static ObjectNode text() {
        return type("string");
    }

    private ObjectNode record(Class<?> type, Place place) {
        ObjectNode schema = type("object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = Yaml.emptyTree().arrayNode();
        for (RecordComponent component : type.getRecordComponents()) {
            String key = PropertyNamingStrategies.KebabCaseStrategy.INSTANCE.translate(component.getName());
            Place at = place.key(key);
            if (place.pointer().equals("/route-defaults") && defaultOf(at) == null) {
                continue; // routes share their record with their defaults, which have some of its keys
            }
            boolean hasDefault = defaultOf(at) != null || key.equals("name");
            properties.set(key, property(component.getGenericType(), at, hasDefault));
            if (!hasDefault) {
                required.add(key);
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        return schema;
    }

    private ObjectNode property(Type type, Place at, boolean hasDefault) {
        ObjectNode schema = value(type, at);
        if (hasDefault && schema.path("type").isTextual()) {
            String only = schema.path("type").asText();
            schema.putArray("type").add(only).add("null"); // an empty value leaves the default
        }
        if (hasDefault && schema.get("enum") instanceof ArrayNode names) {
            names.addNull();
        }
        description(at).ifPresent(text -> schema.put("description", text));
        @Nullable JsonNode value = defaultOf(at);
        if (value != null && value.isValueNode() && !value.isNull()) {
            schema.set("default", value);
        } else if (value instanceof ArrayNode list && list.isEmpty()) {
            schema.set("default", list);
        }
        return schema;
    }

    private ObjectNode value(Type type, Place at) {
        Class<?> raw = raw(type);
        if (raw == Optional.class) {
            return value(argument(type, 0), at);
        }
        if (raw == Duration.class || raw == ByteSize.class) {
            return Yaml.emptyTree().put("$ref", "#/$defs/" + (raw == Duration.class ? DURATION : SIZE));
        }
        if (raw == boolean.class) {
            return type("boolean");
        }
        if (raw == int.class || raw == Integer.class) {
            return new Bounds(at.kind(), at.pointer()).of(type("integer"));
        }
        if (raw == double.class || raw == Double.class) {
            return new Bounds(at.kind(), at.pointer()).of(type("number"));
        }
        if (TEXTS.contains(raw)) {
            return text();
        }
        if (raw.isEnum()) {
            ObjectNode schema = text();
            Yaml.names(raw).forEach(schema.putArray("enum")::add);
            return schema;
        }
        if (raw == RouteTable.class) {
            return list(reference("route"));
        }
        if (raw == TrustedProxies.class) {
            return list(text());
        }
        if (raw == List.class || raw == Set.class) {
            Class<?> of = raw(argument(type, 0));
            return list(of == TagRule.class ? reference("tag-rule") : text());
        }
        if (raw == Map.class) {
            ObjectNode schema = type("object");
            boolean services = raw(argument(type, 1)) == GatewayConfig.Service.class;
            schema.set("additionalProperties", services ? reference("service") : text());
            return schema;
        }
        if (!raw.isRecord()) {
            throw new AssertionError("no schema for a value of " + raw + ", at " + at);
        }
        return record(raw, placeOf(raw, at));
    }

    /// A part of a route that may be missing has its defaults and descriptions as a kind of its own.
    private static Place placeOf(Class<?> type, Place at) {
        String key = at.pointer().substring(at.pointer().lastIndexOf('/') + 1);
        return type == HeaderEdits.class
                ? new Place("header-edits", "")
                : Set.of("redirect", "respond", "canary").contains(key) ? new Place(key, "") : at;
    }

    private static ObjectNode list(ObjectNode of) {
        ObjectNode schema = type("array");
        schema.set("items", of);
        return schema;
    }

    private static ObjectNode reference(String kind) {
        return Yaml.emptyTree().put("$ref", "#/$defs/" + kind);
    }

    private static Class<?> raw(Type type) {
        return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
    }

    private static Type argument(Type type, int index) {
        return ((ParameterizedType) type).getActualTypeArguments()[index];
    }

    /// `null` if the key must be given.
    private static @Nullable JsonNode defaultOf(Place at) {
        JsonNode own = at.kind().isEmpty()
                ? Layers.defaults().at(at.pointer())
                : Layers.element(at.kind()).at(at.pointer());
        if (own.isMissingNode() && at.kind().equals("route")) {
            own = Layers.defaults().at("/route-defaults" + at.pointer());
        }
        return own.isMissingNode() ? null : own;
    }

    private Optional<String> description(Place at) {
        if (at.kind().isEmpty()) {
            return defaultComments.at(at.pointer());
        }
        Optional<String> own = elementComments.at("/" + at.kind() + at.pointer());
        return own.isPresent() || !at.kind().equals("route")
                ? own
                : defaultComments.at("/route-defaults" + at.pointer());
    }
}
