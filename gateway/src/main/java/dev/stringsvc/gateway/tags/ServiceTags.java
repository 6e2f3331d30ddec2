package dev.stringsvc.gateway.tags;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.gateway.config.Nearest;
import dev.stringsvc.gateway.config.TagRoute;
import dev.stringsvc.program.Label;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The routes that a service's tags ask for: `gateway.KEY=VALUE` for one route,
/// `gateway.NAME.KEY=VALUE` for several, and fabio's `urlprefix-HOST/PATH`, each a route of its own.
///
/// Whose tags they are cannot be told: the tags of all instances come as one set. Where two of them
/// contradict each other the route is refused.
public final class ServiceTags {
    private static final String OWN = "gateway.";
    private static final String PATH = "path";
    private static final String STRIP = "strip";
    private static final String STRIP_PREFIX = "strip-prefix";
    private static final String PROTOCOL = "protocol";
    private static final String REFLECTION = "reflection";
    private static final String YES = "true";
    /// In characters. No request that fits `limits.target` needs a longer one.
    private static final int LONGEST_TAG = 4_096;
    /// In characters. A look-up may cost as many looks as the longest path of any route has segments.
    private static final int LONGEST_PATH = 512;
    /// Further routes of one service are refused: each costs memory, and may cost every request a look.
    static final int MOST_ROUTES = 200;

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
            Map.entry("transcode", Kind.FLAG),
            Map.entry(REFLECTION, Kind.FLAG),
            Map.entry(PROTOCOL, Kind.TEXT)));

    private ServiceTags() {}

    /// Whether any of the tags asks for a route.
    public static boolean askForRoutes(List<String> tags) {
        return tags.stream().anyMatch(tag -> isOwn(tag) || FabioTag.is(tag));
    }

    private static boolean isOwn(String tag) {
        return tag.strip().startsWith(OWN);
    }

    /// The routes, by name: `SERVICE@consul`, `SERVICE.NAME@consul` or, of fabio's,
    /// `SERVICE:HOST/PATH@consul`.
    public static List<TagRoute> routes(String service, List<String> tags) {
        if (service.length() > Label.LONGEST) {
            return List.of(refused(service, "", "the service's name is longer than " + Label.LONGEST + " characters"));
        }
        Map<String, Draft> drafts = new TreeMap<>();
        Map<String, TagRoute> routes = new LinkedHashMap<>();
        List<TagRoute> ofPrefixes = new ArrayList<>();
        for (String tag : new TreeSet<>(tags)) {
            if (isOwn(tag)) {
                String text = tag.strip().substring(OWN.length());
                int equals = text.indexOf('=');
                int dot = text.lastIndexOf('.', equals < 0 ? text.length() : equals);
                drafts.computeIfAbsent(dot < 0 ? "" : text.substring(0, dot), name -> new Draft())
                        .add(text.substring(dot + 1));
            } else if (FabioTag.is(tag)) {
                ofPrefixes.add(byPrefix(service, tag));
            }
        }
        drafts.forEach((name, draft) -> add(routes, byDraft(service, name, draft)));
        ofPrefixes.forEach(route -> add(routes, route));
        return withinLimit(withOneDefinition(List.copyOf(routes.values())));
    }

    private static void add(Map<String, TagRoute> routes, TagRoute route) {
        routes.merge(route.name(), withinLength(route), (one, other) -> one.refused("the tags contradict each other"));
    }

    private static TagRoute withinLength(TagRoute route) {
        int length = route.route().path(PATH).asText().length();
        return route.refusal() != null || length <= LONGEST_PATH
                ? route
                : route.refused("path: expected at most %d characters, got %d".formatted(LONGEST_PATH, length));
    }

    /// What one tag causes, whatever it is, is that route's own affair.
    private static TagRoute byDraft(String service, String name, Draft draft) {
        try {
            return draft.route(service, name);
        } catch (RuntimeException | StackOverflowError e) {
            return refused(service, "." + name, "the tags cannot be read: " + e);
        }
    }

    private static TagRoute byPrefix(String service, String tag) {
        String shown = tag.strip().substring(0, Math.min(tag.strip().length(), Label.LONGEST));
        if (tag.length() > LONGEST_TAG) {
            return refused(service, ":" + tag, shown + "…: longer than " + LONGEST_TAG + " characters");
        }
        try {
            return FabioTag.parse(service, tag);
        } catch (RuntimeException | StackOverflowError e) {
            return refused(service, ":" + tag, shown + ": cannot be read: " + e);
        }
    }

    private static TagRoute refused(String service, String own, String reason) {
        ObjectNode nothing = JsonNodeFactory.instance.objectNode();
        return new TagRoute(name(service, own), service, nothing, nothing, reason);
    }

    private static List<TagRoute> withinLimit(List<TagRoute> routes) {
        if (routes.size() <= MOST_ROUTES) {
            return routes;
        }
        List<TagRoute> limited = new ArrayList<>(routes.subList(0, MOST_ROUTES));
        limited.add(refused(
                routes.getFirst().service(),
                ".and-more",
                "%d routes are left out: the tags of one service make at most %d"
                        .formatted(routes.size() - MOST_ROUTES, MOST_ROUTES)));
        return limited;
    }

    /// A service is spoken to in one way only.
    private static List<TagRoute> withOneDefinition(List<TagRoute> routes) {
        ObjectNode first = routes.stream()
                .filter(route -> route.refusal() == null)
                .findFirst()
                .map(TagRoute::definition)
                .orElse(JsonNodeFactory.instance.objectNode());
        return routes.stream()
                .map(route -> route.refusal() != null || route.definition().equals(first)
                        ? route
                        : route.refused(PROTOCOL + ": expected the same as other tags of the service say"))
                .toList();
    }

    static String name(String service, String own) {
        return Label.of(service + own + "@consul");
    }

    /// What the tags of one name say.
    private static final class Draft {
        private final Map<String, String> values = new TreeMap<>();
        private @Nullable String refusal;

        void add(String text) {
            if (text.length() > LONGEST_TAG) {
                refuse(OWN + text.substring(0, Label.LONGEST) + "…: longer than " + LONGEST_TAG + " characters");
                return;
            }
            int equals = text.indexOf('=');
            if (equals < 0) {
                refuse(OWN + text + ": expected " + OWN + "KEY=VALUE");
                return;
            }
            String key = text.substring(0, equals).strip();
            String value = text.substring(equals + 1).strip();
            if (!KEYS.containsKey(key)) {
                refuse(OWN + key + ": " + Nearest.unknownKey(key, KEYS.keySet()));
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
                    case PROTOCOL, REFLECTION -> ServiceTags.put(definition, key, value);
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
