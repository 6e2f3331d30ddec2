package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.program.GoDuration;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/// Lays what is written over the defaults, so that nothing is left out.
final class Layers {
    static final String ROUTE_DEFAULTS = "route-defaults";
    static final String DEADLINE = "deadline";
    static final String ATTEMPT_TIMEOUT = "attempt-timeout";
    private static final String STRIP_PREFIX = "strip-prefix";
    private static final String REWRITE = "rewrite";
    private static final String PATH = "path";

    private static final ObjectNode DEFAULTS = tree("defaults.yaml");
    private static final ObjectNode ELEMENTS = tree("elements.yaml");

    private Layers() {}

    static String resource(String name) {
        try (InputStream in = Layers.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode tree(String name) {
        try {
            return Yaml.parse(resource(name), name).tree();
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Everything that a file may say, with its default.
    static ObjectNode defaults() {
        return DEFAULTS.deepCopy();
    }

    /// What an element of this kind has where it leaves a key out.
    static ObjectNode element(String kind) {
        return ELEMENTS.withObject("/" + kind).deepCopy();
    }

    /// Objects are merged key by key; everything else replaces; an empty value leaves the default.
    static void lay(ObjectNode over, ObjectNode under) {
        over.properties().forEach(entry -> {
            JsonNode value = entry.getValue();
            if (value instanceof ObjectNode object && under.get(entry.getKey()) instanceof ObjectNode inner) {
                lay(object, inner);
            } else if (!value.isNull()) {
                under.set(entry.getKey(), value);
            }
        });
    }

    /// Gives each route, service and rule what it leaves out.
    ///
    /// @param timeoutGiven true if the attempt timeout in the route defaults is somebody's wish
    static void complete(ObjectNode config, boolean timeoutGiven) {
        if (config.get(ROUTE_DEFAULTS) instanceof ObjectNode defaults) {
            completeEach(config.path("routes"), route -> route(route, defaults, timeoutGiven));
            config.set(ROUTE_DEFAULTS, route(Yaml.emptyTree().put(PATH, ""), defaults, timeoutGiven));
        }
        completeEach(config.path("consul").path("tag-rules"), rule -> over(element("tag-rule"), rule));
        completeEach(config.path("services"), Layers::service);
    }

    private static void completeEach(JsonNode elements, UnaryOperator<ObjectNode> whole) {
        if (elements instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                if (list.get(i) instanceof ObjectNode element) {
                    list.set(i, whole.apply(element));
                }
            }
        } else {
            elements.properties().forEach(entry -> {
                if (entry.getValue() instanceof ObjectNode element) {
                    entry.setValue(whole.apply(element));
                }
            });
        }
    }

    /// A service with all that it leaves out.
    static ObjectNode service(ObjectNode service) {
        return over(element("service"), service.deepCopy());
    }

    /// A route with all that it leaves out.
    ///
    /// @param timeoutGiven as for [#complete]
    static ObjectNode route(ObjectNode route, ObjectNode defaults, boolean timeoutGiven) {
        ObjectNode whole = defaults.deepCopy();
        whole.put("name", route.path(PATH).asText("-"));
        whole.setAll(element("route"));
        if (route.hasNonNull(REWRITE)) {
            whole.put(STRIP_PREFIX, "");
        }
        for (String part : List.of("redirect", "respond", "canary")) {
            if (route.get(part) instanceof ObjectNode) {
                whole.set(part, element(part));
            }
        }
        lay(route, whole);
        if (!timeoutGiven && !route.hasNonNull(ATTEMPT_TIMEOUT)) {
            clampTimeout(whole);
        }
        return whole;
    }

    private static ObjectNode over(ObjectNode under, ObjectNode over) {
        lay(over, under);
        return under;
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
}
