package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.program.SettingException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Lays a file over the defaults, and flags over both, and binds the whole to [GatewayConfig].
public final class ConfigLoader {
    private ConfigLoader() {}

    /// The text of the file that holds every default.
    public static String defaults() {
        return Layers.resource("defaults.yaml");
    }

    /// The JSON Schema of a file.
    public static String schema() {
        return Layers.resource("schema.json");
    }

    /// An empty set of flags, to be filled in the shape of the file.
    public static ObjectNode noFlags() {
        return Yaml.emptyTree();
    }

    /// @throws ConfigException when the file cannot be read, or something in it or in the flags is not
    /// valid
    public static GatewayConfig load(Optional<Path> file, ObjectNode flags) throws ConfigException {
        return new ConfigSource(file, flags).load().config();
    }

    static Configuration load(ConfigSource from, Optional<FileContent> content) throws ConfigException {
        Source source =
                content.isPresent() ? Source.parse(from.file().orElseThrow().toString(), content.get()) : Source.NONE;
        JsonNode givenForRoutes = source.tree().path(Layers.ROUTE_DEFAULTS);
        ObjectNode merged = Layers.defaults();
        if (givenForRoutes.hasNonNull(Layers.DEADLINE)) {
            dropDeadlines(merged.path("routes"));
        }
        Layers.lay(source.tree(), merged);
        Layers.lay(from.flags().deepCopy(), merged);
        boolean timeoutGiven = givenForRoutes.hasNonNull(Layers.ATTEMPT_TIMEOUT);
        ObjectNode written = merged.deepCopy();
        try {
            return new Configuration(bind(merged, timeoutGiven), new RouteBinder(written, timeoutGiven), written);
        } catch (JsonProcessingException e) {
            throw source.explain(e);
        }
    }

    /// @param merged everything, but for what routes and services leave out; is changed
    /// @param timeoutGiven true if the attempt timeout in the route defaults is somebody's wish
    private static GatewayConfig bind(ObjectNode merged, boolean timeoutGiven) throws JsonProcessingException {
        refuseEmptyElements(merged);
        refuseUnknownDefaults(merged);
        Layers.complete(merged, timeoutGiven);
        return Yaml.bind(merged, GatewayConfig.class);
    }

    /// One route by itself, with what it leaves out.
    ///
    /// @param timeoutGiven as for [#bind(ObjectNode, boolean)]
    static Route bindRoute(ObjectNode route, ObjectNode defaults, boolean timeoutGiven) throws JsonProcessingException {
        refuseEmptyElements(route);
        return Yaml.bind(Layers.route(route, defaults, timeoutGiven), Route.class);
    }

    /// One service by itself, with what it leaves out.
    static GatewayConfig.Service bindService(ObjectNode service) throws JsonProcessingException {
        refuseEmptyElements(service);
        return Yaml.bind(Layers.service(service), GatewayConfig.Service.class);
    }

    /// Takes the deadlines out of the defaults' own routes, so that the one that a file gives for all
    /// routes holds.
    private static void dropDeadlines(JsonNode routes) {
        routes.forEach(route -> ((ObjectNode) route).remove(Layers.DEADLINE));
    }

    /// A route's own keys, such as its path, cannot be left out by all routes.
    private static void refuseUnknownDefaults(ObjectNode merged) throws JsonMappingException {
        List<String> known = keys(Layers.defaults().path(Layers.ROUTE_DEFAULTS));
        for (String key : keys(merged.path(Layers.ROUTE_DEFAULTS))) {
            if (!known.contains(key)) {
                JsonMappingException e = invalid(new SettingException(key, Nearest.unknownKey(key, known)));
                e.prependPath(merged, Layers.ROUTE_DEFAULTS);
                throw e;
            }
        }
    }

    private static List<String> keys(JsonNode object) {
        return object.propertyStream().map(Map.Entry::getKey).toList();
    }

    private static JsonMappingException invalid(IllegalArgumentException e) {
        return new JsonMappingException(null, e.getMessage(), e);
    }

    private static void refuseEmptyElements(JsonNode node) throws JsonMappingException {
        if (node instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                try {
                    if (list.get(i).isNull()) {
                        throw invalid(new IllegalArgumentException("expected a value, got nothing"));
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

    /// A file's tree, and where its keys stand.
    private record Source(String name, ObjectNode tree, Positions positions) {
        static final Source NONE = new Source("", noFlags(), Positions.NONE);

        static Source parse(String name, FileContent content) throws ConfigException {
            return switch (content) {
                case FileContent.Unreadable(String why) -> throw new ConfigException(name + ": " + why);
                case FileContent.Bytes bytes -> {
                    try {
                        Yaml.Parsed parsed = Yaml.parse(bytes.text(), name);
                        yield new Source(name, parsed.tree(), parsed.positions());
                    } catch (CharacterCodingException e) {
                        throw new ConfigException(name + ": not UTF-8", e);
                    }
                }
            };
        }

        ConfigException explain(JsonProcessingException e) {
            return new ConfigException(name, ConfigError.of(e, positions), e);
        }
    }
}
