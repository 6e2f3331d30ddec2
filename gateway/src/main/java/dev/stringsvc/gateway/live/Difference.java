package dev.stringsvc.gateway.live;

import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a new table has that the old had not, by name, for one line in the log.
///
/// @param services that are defined anew
record Difference(int routes, List<String> added, List<String> changed, List<String> removed, List<String> services) {
    private static final int SHOWN = 10;

    static Difference between(RouteTable before, RouteTable after, List<String> services) {
        Map<String, Route> old = new LinkedHashMap<>();
        before.routes().forEach(route -> old.put(route.name(), route));
        List<String> added = new ArrayList<>();
        List<String> changed = new ArrayList<>();
        for (Route route : after.routes()) {
            @Nullable Route last = old.remove(route.name());
            if (last == null) {
                added.add(route.name());
            } else if (!last.equals(route)) {
                changed.add(route.name());
            }
        }
        return new Difference(after.routes().size(), added, changed, List.copyOf(old.keySet()), services);
    }

    boolean isNone() {
        return added.isEmpty() && changed.isEmpty() && removed.isEmpty() && services.isEmpty();
    }

    @Override
    public String toString() {
        var text = new StringBuilder(routes + " routes; ");
        if (isNone()) {
            return text.append("none of them changed").toString();
        }
        List<String> parts = new ArrayList<>();
        say(parts, "added", added);
        say(parts, "changed", changed);
        say(parts, "removed", removed);
        say(parts, "changed services", services);
        return text.append(String.join("; ", parts)).toString();
    }

    private static void say(List<String> parts, String what, List<String> names) {
        if (!names.isEmpty()) {
            int more = names.size() - SHOWN;
            parts.add(what + ": " + String.join(", ", names.subList(0, Math.min(names.size(), SHOWN)))
                    + (more > 0 ? " and " + more + " more" : ""));
        }
    }
}
