package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
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
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.program.GoDuration;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.InputFile;
import dev.stringsvc.program.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .addModule(new SimpleModule()
                    .addDeserializer(Duration.class, new Durations())
                    .addDeserializer(HostPort.class, new TextReader<>(HostPort.class, HostPort::parse))
                    .addDeserializer(Secret.class, new TextReader<>(Secret.class, Secret::new))
                    .addDeserializer(RouteTable.class, new RouteTables())
                    .addDeserializer(Route.class, new RouteReader()))
            .addModule(new Jdk8Module())
            .build();

    private static final String ROUTE_DEFAULTS = "route-defaults";
    private static final String STRIP_PREFIX = "strip-prefix";
    private static final String DEADLINE = "deadline";
    private static final String ATTEMPT_TIMEOUT = "attempt-timeout";

    private ConfigLoader() {}

    /// The text of the file that holds every default.
    public static String defaults() {
        return resource("defaults.yaml");
    }

    /// The JSON Schema of a file.
    public static String schema() {
        return resource("schema.json");
    }

    private static String resource(String name) {
        try (InputStream in = ConfigLoader.class.getResourceAsStream(name)) {
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
        return new ConfigSource(file, flags).load().config();
    }

    static Configuration load(ConfigSource from) throws ConfigException {
        Source source = from.file().isPresent() ? Source.read(from.file().get()) : Source.NONE;
        ObjectNode merged = (ObjectNode) parse(defaults(), "the defaults");
        if (source.tree().path(ROUTE_DEFAULTS).hasNonNull(DEADLINE)) {
            dropDeadlines(merged.path("routes"));
        }
        lay(source.tree(), merged);
        lay(from.flags().deepCopy(), merged);
        boolean timeoutGiven = source.tree().path(ROUTE_DEFAULTS).hasNonNull(ATTEMPT_TIMEOUT);
        var binder = new RouteBinder(merged.deepCopy(), timeoutGiven);
        try {
            return new Configuration(bind(merged, timeoutGiven), binder);
        } catch (JsonProcessingException e) {
            throw source.explain(e);
        }
    }

    /// @param merged everything, but for what routes and services leave out; is changed
    /// @param timeoutGiven whether the attempt timeout in the route defaults is somebody's wish
    static GatewayConfig bind(ObjectNode merged, boolean timeoutGiven) throws JsonProcessingException {
        refuseEmptyElements(merged);
        checkRouteDefaults(merged);
        complete(merged, timeoutGiven);
        return YAML.treeToValue(merged, GatewayConfig.class);
    }

    /// One route by itself, with what it leaves out.
    ///
    /// @param timeoutGiven as for [#bind(ObjectNode, boolean)]
    static Route bindRoute(ObjectNode route, ObjectNode defaults, boolean timeoutGiven) throws JsonProcessingException {
        refuseEmptyElements(route);
        return YAML.treeToValue(whole(route, defaults, timeoutGiven), Route.class);
    }

    /// One service by itself, with what it leaves out.
    static GatewayConfig.Service bindService(ObjectNode service) throws JsonProcessingException {
        refuseEmptyElements(service);
        return YAML.treeToValue(whole(service), GatewayConfig.Service.class);
    }

    /// Takes the deadlines out of the defaults' own routes, so that the one that a file gives for all routes holds.
    private static void dropDeadlines(JsonNode routes) {
        routes.forEach(route -> ((ObjectNode) route).remove(DEADLINE));
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
    private static void complete(ObjectNode config, boolean timeoutGiven) {
        JsonNode routeDefaults = config.remove(ROUTE_DEFAULTS);
        if (config.get("routes") instanceof ArrayNode routes && routeDefaults instanceof ObjectNode defaults) {
            for (int i = 0; i < routes.size(); i++) {
                if (routes.get(i) instanceof ObjectNode route) {
                    routes.set(i, whole(route, defaults, timeoutGiven));
                }
            }
        }
        if (config.path("consul").get("tag-rules") instanceof ArrayNode rules) {
            for (int i = 0; i < rules.size(); i++) {
                if (rules.get(i) instanceof ObjectNode rule) {
                    ObjectNode whole = noFlags();
                    whole.putArray("hosts");
                    whole.put("redirects", false);
                    lay(rule, whole);
                    rules.set(i, whole);
                }
            }
        }
        if (config.get("services") instanceof ObjectNode services) {
            services.properties().forEach(entry -> {
                if (entry.getValue() instanceof ObjectNode service) {
                    ObjectNode whole = whole(service);
                    service.removeAll().setAll(whole);
                }
            });
        }
    }

    /// A service with all that it leaves out.
    private static ObjectNode whole(ObjectNode service) {
        ObjectNode whole = noFlags();
        whole.putArray("tags");
        whole.putObject("meta");
        whole.putArray("instances");
        whole.put("protocol", "http").put("ca", "").put("server-name", "").putNull("in-flight");
        lay(service.deepCopy(), whole);
        return whole;
    }

    private static ObjectNode whole(ObjectNode route, ObjectNode defaults, boolean timeoutGiven) {
        ObjectNode whole = whole(route, defaults);
        if (!timeoutGiven && !route.hasNonNull(ATTEMPT_TIMEOUT)) {
            clampTimeout(whole);
        }
        return whole;
    }

    /// A route with all that it leaves out. What else an action needs is laid below it only where the route has one.
    private static ObjectNode whole(ObjectNode route, ObjectNode defaults) {
        ObjectNode whole = defaults.deepCopy();
        whole.put("name", route.path("path").asText("-"));
        whole.put("host", "").put("exact", false).put("exclusive", false);
        whole.put("service", "").put("rewrite", "");
        whole.putObject("headers");
        whole.putNull("redirect").putNull("respond").putNull("canary");
        if (route.hasNonNull("rewrite")) {
            whole.put(STRIP_PREFIX, "");
        }
        if (route.get("redirect") instanceof ObjectNode) {
            whole.putObject("redirect").put("status", 308);
        }
        if (route.get("respond") instanceof ObjectNode) {
            whole.putObject("respond")
                    .put("status", 200)
                    .put("content-type", "text/plain; charset=utf-8")
                    .put("body", "");
        }
        if (route.get("canary") instanceof ObjectNode) {
            whole.putObject("canary")
                    .putNull("percent")
                    .put("header", "")
                    .put("tag", "")
                    .putObject("meta");
        }
        lay(route, whole);
        return whole;
    }

    /// A default that nobody wrote does not stand against a deadline that somebody did.
    private static void clampTimeout(ObjectNode route) {
        try {
            Duration deadline = GoDuration.parse(route.path(DEADLINE).asText());
            if (GoDuration.parse(route.path(ATTEMPT_TIMEOUT).asText()).compareTo(deadline) > 0) {
                route.set(ATTEMPT_TIMEOUT, route.path(DEADLINE));
            }
        } catch (IllegalArgumentException _) {
            // binding the route says what is wrong with it
        }
    }

    private static void checkRouteDefaults(ObjectNode config) throws JsonMappingException {
        try {
            YAML.treeToValue(config.path(ROUTE_DEFAULTS), RouteDefaults.class);
        } catch (JsonMappingException e) {
            e.prependPath(config, ROUTE_DEFAULTS);
            throw e;
        } catch (JsonProcessingException e) {
            throw JsonMappingException.wrapWithPath(e, config, ROUTE_DEFAULTS);
        }
    }

    private static void refuseEmptyElements(JsonNode node) throws JsonMappingException {
        if (node instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                try {
                    if (list.get(i).isNull()) {
                        throw new JsonMappingException(
                                null, "empty", new IllegalArgumentException("expected a value, got nothing"));
                    }
                    refuseEmptyElements(list.get(i));
                } catch (JsonMappingException e) {
                    e.prependPath(list, i);
                    throw e;
                }
            }
        } else {
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                try {
                    refuseEmptyElements(entry.getValue());
                } catch (JsonMappingException e) {
                    e.prependPath(node, entry.getKey());
                    throw e;
                }
            }
        }
    }

    private static JsonNode parse(String text, String name) throws ConfigException {
        try {
            JsonNode tree = YAML.readTree(text);
            return tree.isMissingNode() || tree.isNull() ? noFlags() : tree;
        } catch (JsonProcessingException e) {
            throw notYaml(name, e);
        }
    }

    private static Lines linesOf(String text, String name) throws ConfigException, IOException {
        try {
            return Lines.of(text, YAML);
        } catch (Lines.Refused e) {
            throw new ConfigException("%s:%d: %s".formatted(name, e.line, e.getMessage()), e);
        } catch (JsonProcessingException e) {
            throw notYaml(name, e);
        }
    }

    private static ConfigException notYaml(String name, JsonProcessingException e) {
        int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
        return new ConfigException("%s:%d: %s".formatted(name, line, inOneLine(e.getOriginalMessage())), e);
    }

    /// The YAML parser's words without its excerpts of the file, which are indented, and without what it takes for a
    /// tag: either may be part of a secret.
    private static String inOneLine(String text) {
        return text.lines()
                .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
                .map(line -> line.replaceFirst("(undefined tag handle) .*", "$1"))
                .collect(Collectors.joining(": "));
    }

    /// The text of a file, or of a pipe such as `/dev/stdin`.
    ///
    /// @throws CharacterCodingException when it is not UTF-8
    /// @throws IOException when it cannot be read, or is larger than 2 MiB
    static String read(Path file) throws IOException {
        byte[] content = InputFile.read(file, ConfigSource.MOST_BYTES);
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(content))
                .toString();
    }

    /// A file's tree, and where its keys stand.
    private record Source(String name, ObjectNode tree, Lines lines) {
        static final Source NONE = new Source("", noFlags(), Lines.NONE);

        static Source read(Path file) throws ConfigException {
            try {
                String text = ConfigLoader.read(file);
                Lines lines = linesOf(text, file.toString());
                if (parse(text, file.toString()) instanceof ObjectNode tree) {
                    return new Source(file.toString(), tree, lines);
                }
                throw new ConfigException(file + ":1: expected keys and values, such as `port: 8080`");
            } catch (NoSuchFileException e) {
                throw new ConfigException(file + ": no such file", e);
            } catch (CharacterCodingException e) {
                throw new ConfigException(file + ": not UTF-8", e);
            } catch (AccessDeniedException e) {
                throw new ConfigException(file + ": permission denied", e);
            } catch (FileSystemException e) {
                throw new ConfigException(file + ": cannot be read: " + e.getReason(), e);
            } catch (IOException e) {
                throw new ConfigException(file + ": cannot be read: " + e.getMessage(), e);
            }
        }

        ConfigException explain(JsonProcessingException e) {
            ConfigError complaint = ConfigError.of(e);
            @Nullable Integer line = lines.near(complaint.pointer());
            String where = line == null ? "" : name + ":" + line + ": ";
            return new ConfigException(where + complaint.key() + ": " + complaint.text(), e);
        }
    }
}
