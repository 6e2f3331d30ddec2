package dev.stringsvc.gateway.tags;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.gateway.config.TagRoute;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A tag as fabio takes it: `urlprefix-[HOST]/PATH [OPTION=VALUE ...]`.
///
/// What would change who may do what, or reach something else than was meant, is refused and not passed over.
final class FabioTag {
    private static final String PREFIX = "urlprefix-";

    private final ObjectNode route = JsonNodeFactory.instance.objectNode();
    private final ObjectNode definition = JsonNodeFactory.instance.objectNode();
    private final Map<String, String> options = new TreeMap<>();
    private @Nullable String refusal;

    private FabioTag() {}

    static boolean is(String tag) {
        return tag.strip().startsWith(PREFIX);
    }

    static TagRoute parse(String service, String tag) {
        String[] words = tag.strip().substring(PREFIX.length()).strip().split("\\s+", -1);
        int slash = words[0].indexOf('/');
        String host = slash < 0 ? words[0] : words[0].substring(0, slash).toLowerCase(Locale.ROOT);
        String path = slash < 0 ? "" : words[0].substring(slash);
        String name = ServiceTags.name(service, ":" + host + path);
        var parsed = new FabioTag();
        parsed.route.put("name", name).put("path", path);
        if (!host.isEmpty()) {
            parsed.route.put("host", host);
        }
        if (slash < 0) {
            parsed.refuse(PREFIX + words[0] + ": expected a host and a path, or a path; only HTTP is routed");
        } else if (words[0].indexOf('$') >= 0) {
            parsed.refuse(PREFIX + words[0] + ": variables are not filled in");
        }
        for (int i = 1; i < words.length; i++) {
            parsed.option(words[i]);
        }
        parsed.act(service, path);
        return new TagRoute(name, service, parsed.route, parsed.definition, parsed.refusal);
    }

    private void refuse(String reason) {
        refusal = refusal == null ? reason : refusal;
    }

    private void option(String word) {
        int equals = word.indexOf('=');
        String key = equals < 0 ? word : word.substring(0, equals);
        String value = equals < 0 ? "" : word.substring(equals + 1);
        switch (key) {
            case "strip", "prepend", "redirect" -> options.put(key, value);
            case "proto" -> proto(word, value);
            case "host" -> {
                options.put(key, value);
                if (!value.equals("dst")) {
                    refuse(word + ": expected host=dst");
                }
            }
            // the first registers fabio itself under a name; the second is a share, which the balancers have their own
            // way for
            case "register", "weight" -> {}
            default -> refuse(word + ": this option of fabio's is not supported");
        }
    }

    private void proto(String word, String value) {
        switch (value) {
            case "http" -> {}
            case "https" -> definition.put("protocol", value);
            default -> refuse(word + ": expected proto=http or proto=https");
        }
    }

    private void act(String service, String path) {
        @Nullable String redirect = options.get("redirect");
        if (redirect != null) {
            if (options.containsKey("strip") || options.containsKey("prepend")) {
                refuse("redirect=" + redirect + ": expected no strip or prepend beside it");
            }
            redirect(redirect);
            return;
        }
        route.put("service", service);
        // fabio passes the client's Host on, unless it is told otherwise
        route.put("preserve-host", !options.containsKey("host"));
        String strip = options.getOrDefault("strip", "");
        @Nullable String prepend = options.get("prepend");
        if (prepend == null) {
            if (!strip.isEmpty()) {
                route.put("strip-prefix", strip);
            }
        } else if (path.startsWith(strip)) {
            route.put("rewrite", prepend + path.substring(strip.length()));
        } else {
            refuse("strip=" + strip + ": expected the path, or the beginning of it");
        }
    }

    private void redirect(String value) {
        int comma = value.indexOf(',');
        try {
            int status = Integer.parseInt(value.substring(0, Math.max(comma, 0)));
            String to = value.substring(comma + 1);
            // the query goes with the path
            String query = to.contains("$path") && to.indexOf('?') < 0 ? "{query}" : "";
            route.putObject("redirect")
                    .put("status", status)
                    .put(
                            "to",
                            to.replace("/$path", "{path}")
                                            .replace("$path", "{path}")
                                            .replace("$host", "{host}")
                                    + query);
        } catch (NumberFormatException _) {
            refuse("redirect=" + value + ": expected redirect=STATUS,URL");
        }
    }
}
