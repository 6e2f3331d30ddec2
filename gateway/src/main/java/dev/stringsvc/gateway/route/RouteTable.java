package dev.stringsvc.gateway.route;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All routes. The longest path that is the request's path or a parent of it wins; of several routes with that path,
/// the one that allows the method. Immutable and so thread-safe; a look-up costs one hash look-up per path segment.
public final class RouteTable {
    private final List<Route> routes;
    private final Map<String, List<Route>> byPath = new HashMap<>();

    /// @throws IllegalArgumentException when two routes claim the same requests
    public RouteTable(List<Route> routes) {
        this.routes = List.copyOf(routes);
        Set<String> names = new HashSet<>();
        for (Route route : this.routes) {
            if (!names.add(route.name())) {
                throw new IllegalArgumentException("two routes are named '" + route.name() + "'");
            }
            List<Route> same = byPath.computeIfAbsent(trimmed(route.path()), path -> new ArrayList<>());
            for (Route other : same) {
                if (overlap(route, other)) {
                    throw new IllegalArgumentException("routes '%s' and '%s' claim the same requests: %s"
                            .formatted(other.name(), route.name(), route.path()));
                }
            }
            same.add(route);
        }
    }

    private static boolean overlap(Route one, Route other) {
        return one.methods().isEmpty()
                || other.methods().isEmpty()
                || one.methods().stream().anyMatch(other.methods()::contains);
    }

    /// A path without its final slash, as the table keeps it: the root is the empty string.
    private static String trimmed(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /// Every route, in the order given.
    public List<Route> routes() {
        return routes;
    }

    /// The route of a request.
    ///
    /// @param path absolute, still percent-encoded, without the query
    public Match match(String method, String path) {
        int end = path.length();
        while (true) {
            @Nullable List<Route> candidates = byPath.get(end == path.length() ? path : path.substring(0, end));
            if (candidates != null) {
                return choose(candidates, method);
            }
            if (end == 0) {
                return new Match.NoRoute();
            }
            end = path.lastIndexOf('/', end - 1);
            if (end < 0) {
                return new Match.NoRoute();
            }
        }
    }

    private static Match choose(List<Route> candidates, String method) {
        for (Route route : candidates) {
            if (route.allows(method)) {
                return new Match.Found(route);
            }
        }
        Set<String> allowed = new LinkedHashSet<>();
        candidates.forEach(route -> allowed.addAll(route.methods()));
        return new Match.MethodNotAllowed(List.copyOf(allowed));
    }
}
