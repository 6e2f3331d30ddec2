package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The routes that a service's tags ask for: `gateway.KEY=VALUE` for one route, `gateway.NAME.KEY=VALUE` for several,
/// and fabio's `urlprefix-HOST/PATH`, each a route of its own.
///
/// Whose tags they are cannot be told: the tags of all instances come as one set. Where two of them contradict each
/// other the route is refused.
public final class ServiceTags {
    private static final String OWN = "gateway.";
    private static final String PATH = "path";
    private static final String STRIP = "strip";
    private static final String STRIP_PREFIX = "strip-prefix";
    private static final String PROTOCOL = "protocol";
    private static final String YES = "true";

    /// How a value stands in the file.
    private enum Kind {
        TEXT,
        FLAG,
        NUMBER,
        LIST
    }

    private static final Map<String, Kind> KEYS = new TreeMap<>(Map.ofEntries(
            Map.entry(PATH, Kind.TEXT),
            Map.entry("host", Kind.TEXT),
            Map.entry("exact", Kind.FLAG),
            Map.entry("methods", Kind.LIST),
            Map.entry("paths", Kind.TEXT),
            Map.entry(STRIP, Kind.TEXT),
            Map.entry("rewrite", Kind.TEXT),
            Map.entry("preserve-host", Kind.FLAG),
            Map.entry("balancer", Kind.TEXT),
            Map.entry("idempotent", Kind.FLAG),
            Map.entry("idempotency-key", Kind.FLAG),
            Map.entry("attempts", Kind.NUMBER),
            Map.entry("deadline", Kind.TEXT),
            Map.entry("attempt-timeout", Kind.TEXT),
            Map.entry("request-body", Kind.TEXT),
            Map.entry("stream-requests", Kind.FLAG),
            Map.entry(PROTOCOL, Kind.TEXT)));

    private ServiceTags() {}

    /// Whether any of the tags asks for a route.
    public static boolean askForRoutes(List<String> tags) {
        return tags.stream().anyMatch(tag -> isOwn(tag) || FabioTag.is(tag));
    }

    private static boolean isOwn(String tag) {
        return tag.strip().startsWith(OWN);
    }

    /// The routes, by name: `SERVICE@consul`, `SERVICE.NAME@consul` or, of fabio's, `SERVICE:HOST/PATH@consul`.
    public static List<TagRoute> routes(String service, List<String> tags) {
        Map<String, Draft> drafts = new TreeMap<>();
        Map<String, TagRoute> byPrefix = new TreeMap<>();
        for (String tag : new TreeSet<>(tags)) {
            if (isOwn(tag)) {
                String text = tag.strip().substring(OWN.length());
                int equals = text.indexOf('=');
                int dot = text.lastIndexOf('.', equals < 0 ? text.length() : equals);
                drafts.computeIfAbsent(dot < 0 ? "" : text.substring(0, dot), name -> new Draft())
                        .add(text.substring(dot + 1));
            } else if (FabioTag.is(tag)) {
                TagRoute route = FabioTag.parse(service, tag);
                byPrefix.merge(route.name(), route, (one, other) -> one.refused("the tags contradict each other"));
            }
        }
        List<TagRoute> routes = new ArrayList<>();
        drafts.forEach((name, draft) -> routes.add(draft.route(service, name)));
        routes.addAll(byPrefix.values());
        return withOneDefinition(routes);
    }

    /// A service is spoken to in one way only.
    private static List<TagRoute> withOneDefinition(List<TagRoute> routes) {
        return routes.stream()
                .map(route -> route.definition().equals(routes.getFirst().definition())
                        ? route
                        : route.refused(PROTOCOL + ": expected the same as other tags of the service say"))
                .toList();
    }

    static String name(String service, String own) {
        return service + own + "@consul";
    }

    /// What the tags of one name say.
    private static final class Draft {
        private final Map<String, String> values = new TreeMap<>();
        private @Nullable String refusal;

        void add(String text) {
            int equals = text.indexOf('=');
            if (equals < 0) {
                refuse(OWN + text + ": expected " + OWN + "KEY=VALUE");
                return;
            }
            String key = text.substring(0, equals).strip();
            String value = text.substring(equals + 1).strip();
            if (!KEYS.containsKey(key)) {
                refuse(OWN + key + ": unknown key; expected one of " + KEYS.keySet());
                return;
            }
            @Nullable String other = values.put(key, value);
            if (other != null && !other.equals(value)) {
                refuse("%s%s: the tags contradict each other: '%s' and '%s'".formatted(OWN, key, other, value));
            }
        }

        private void refuse(String reason) {
            refusal = refusal == null ? reason : refusal;
        }

        TagRoute route(String service, String name) {
            ObjectNode route = JsonNodeFactory.instance.objectNode();
            ObjectNode definition = JsonNodeFactory.instance.objectNode();
            String whole = name(service, name.isEmpty() ? "" : "." + name);
            route.put("name", whole).put("service", service);
            values.forEach((key, value) -> {
                switch (key) {
                    case STRIP -> strip(route, value);
                    case PROTOCOL -> definition.put(key, value);
                    default -> put(route, key, value);
                }
            });
            return new TagRoute(whole, service, route, definition, refusal);
        }

        private void strip(ObjectNode route, String value) {
            if (value.equals(YES)) {
                route.put(STRIP_PREFIX, values.getOrDefault(PATH, ""));
            } else if (value.startsWith("/")) {
                route.put(STRIP_PREFIX, value);
            } else if (!value.equals("false")) {
                refuse(OWN + STRIP + ": expected true, false or a path");
            }
        }
    }

    /// What has another form than its kind is left for the binding to refuse.
    private static void put(ObjectNode route, String key, String value) {
        switch (KEYS.getOrDefault(key, Kind.TEXT)) {
            case TEXT -> route.put(key, value);
            case FLAG -> {
                if (value.equals(YES) || value.equals("false")) {
                    route.put(key, value.equals(YES));
                } else {
                    route.put(key, value);
                }
            }
            case NUMBER -> {
                try {
                    route.put(key, Integer.parseInt(value));
                } catch (NumberFormatException _) {
                    route.put(key, value);
                }
            }
            case LIST -> {
                ArrayNode list = route.putArray(key);
                for (String element : value.split(",", -1)) {
                    list.add(element.strip());
                }
            }
        }
    }
}
