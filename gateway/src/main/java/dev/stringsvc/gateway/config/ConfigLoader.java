package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.stringsvc.gateway.route.RouteTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Lays a file over the defaults, and flags over both, and binds the whole to [GatewayConfig].
public final class ConfigLoader {
    private static final YAMLMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .addModule(new SimpleModule()
                    .addDeserializer(Duration.class, new Durations())
                    .addDeserializer(RouteTable.class, new RouteTables()))
            .build();

    private ConfigLoader() {}

    /// The text of the file that holds every default.
    public static String defaults() {
        try (InputStream in = ConfigLoader.class.getResourceAsStream("defaults.yaml")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// An empty set of flags, to be filled in the shape of the file.
    public static ObjectNode noFlags() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// @throws ConfigException when the file cannot be read, or something in it or in the flags is not valid
    public static GatewayConfig load(Optional<Path> file, ObjectNode flags) throws ConfigException {
        Source source = file.isPresent() ? Source.read(file.get()) : Source.NONE;
        ObjectNode merged = (ObjectNode) parse(defaults(), "the defaults");
        lay(source.tree(), merged);
        lay(flags, merged);
        try {
            complete(merged);
            return YAML.treeToValue(merged, GatewayConfig.class);
        } catch (JsonProcessingException e) {
            throw source.explain(e);
        }
    }

    /// Objects are merged key by key; everything else replaces; an empty value leaves the default.
    private static void lay(ObjectNode over, ObjectNode under) {
        over.properties().forEach(entry -> {
            JsonNode value = entry.getValue();
            if (value instanceof ObjectNode object && under.get(entry.getKey()) instanceof ObjectNode inner) {
                lay(object, inner);
            } else if (!value.isNull()) {
                under.set(entry.getKey(), value);
            }
        });
    }

    /// Gives each route and each service what it leaves out.
    private static void complete(ObjectNode config) {
        JsonNode routeDefaults = config.remove("route-defaults");
        if (config.get("routes") instanceof ArrayNode routes && routeDefaults instanceof ObjectNode defaults) {
            for (int i = 0; i < routes.size(); i++) {
                if (routes.get(i) instanceof ObjectNode route) {
                    ObjectNode whole = defaults.deepCopy();
                    whole.put("name", route.path("path").asText("-"));
                    lay(route, whole);
                    routes.set(i, whole);
                }
            }
        }
        if (config.get("services") instanceof ObjectNode services) {
            services.properties().forEach(entry -> {
                if (entry.getValue() instanceof ObjectNode service) {
                    ObjectNode given = service.deepCopy();
                    service.removeAll().putArray("tags");
                    service.putArray("instances");
                    lay(given, service);
                }
            });
        }
    }

    private static JsonNode parse(String text, String name) throws ConfigException {
        try {
            JsonNode tree = YAML.readTree(text);
            return tree.isMissingNode() || tree.isNull() ? noFlags() : tree;
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new ConfigException("%s:%d: %s".formatted(name, line, inOneLine(e.getOriginalMessage())), e);
        }
    }

    /// The YAML parser's words without its excerpts of the file, which are indented.
    private static String inOneLine(String text) {
        return text.lines()
                .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
                .collect(Collectors.joining(": "));
    }

    /// A file's tree, and where its keys stand.
    private record Source(String name, ObjectNode tree, Lines lines) {
        static final Source NONE = new Source("", noFlags(), Lines.NONE);

        static Source read(Path file) throws ConfigException {
            try {
                String text = Files.readString(file);
                if (parse(text, file.toString()) instanceof ObjectNode tree) {
                    return new Source(file.toString(), tree, Lines.of(text, YAML));
                }
                throw new ConfigException(file + ":1: expected keys and values, such as `port: 8080`");
            } catch (NoSuchFileException e) {
                throw new ConfigException(file + ": no such file", e);
            } catch (CharacterCodingException e) {
                throw new ConfigException(file + ": not UTF-8", e);
            } catch (IOException e) {
                throw new ConfigException(file + ": cannot be read: " + e, e);
            }
        }

        ConfigException explain(JsonProcessingException e) {
            Complaint complaint = Complaint.of(e);
            @Nullable Integer line = lines.near(complaint.pointer());
            String where = line == null ? "" : name + ":" + line + ": ";
            return new ConfigException(where + complaint.key() + ": " + complaint.text(), e);
        }
    }
}
