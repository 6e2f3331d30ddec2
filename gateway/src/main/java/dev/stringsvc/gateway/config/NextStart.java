package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What of a configuration takes effect only when the gateway is started.
public final class NextStart {
    /// What takes effect at once.
    private static final Set<String> LIVE = Set.of("routes", Layers.ROUTE_DEFAULTS, "services", "retry");

    private NextStart() {}

    /// The keys whose values differ and have to wait, as in the file: `limits.in-flight`.
    public static List<String> changed(Configuration before, Configuration after) {
        List<String> keys = new ArrayList<>();
        compare(
                before.written().deepCopy().remove(LIVE),
                after.written().deepCopy().remove(LIVE),
                "",
                keys);
        return keys;
    }

    private static void compare(ObjectNode before, ObjectNode after, String above, List<String> keys) {
        after.properties().forEach(entry -> {
            String key = above + entry.getKey();
            JsonNode is = entry.getValue();
            @Nullable JsonNode was = before.get(entry.getKey());
            if (was instanceof ObjectNode section && is instanceof ObjectNode other) {
                compare(section, other, key + ".", keys);
            } else if (!is.equals(was)) {
                keys.add(key);
            }
        });
    }
}
