package dev.stringsvc.gateway.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The routes of one host, indexed by the part of their path before the first variable. A look-up costs
/// one hash look-up per segment of the request's path. Filled by one thread, then read only.
final class PathIndex {
    static final Comparator<Route> MOST_SPECIFIC_FIRST =
            Comparator.comparing(Route::predicates, Predicates.MOST_SPECIFIC_FIRST);

    static final Predicate<Route> EVERY = route -> true;

    private final Map<String, List<Route>> byLiteralPart = new HashMap<>();
    /// The length of the longest key. Longer prefixes of a request's path are not looked up; otherwise
    /// the cost of a path of many slashes would grow with the square of its length.
    private int longest;

    /// @throws IllegalArgumentException when it ties with another route
    void add(Route route) {
        String literal = route.predicates().path().literalPart();
        List<Route> same = byLiteralPart.computeIfAbsent(literal, part -> new ArrayList<>());
        int at = placeOf(route, same);
        for (; at < same.size() && MOST_SPECIFIC_FIRST.compare(route, same.get(at)) == 0; at++) {
            Route other = same.get(at);
            if (route.predicates().tieWith(other.predicates())) {
                throw new IllegalArgumentException("routes '%s' and '%s' claim the same requests: %s"
                        .formatted(other.name(), route.name(), route.predicates()));
            }
        }
        same.add(at, route);
        longest = Math.max(longest, literal.length());
    }

    /// The position of the first route that is not more specific. Only routes that are neither more nor
    /// less specific than another can tie with it.
    private static int placeOf(Route route, List<Route> sorted) {
        int from = 0;
        int to = sorted.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (MOST_SPECIFIC_FIRST.compare(sorted.get(middle), route) < 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    /// The most specific route that takes the request; `null` where none does.
    @Nullable
    Route find(RequestHead request, Predicate<Route> among) {
        return find(request, among, null);
    }

    /// Adds the routes that refuse the request only because of its method, the most specific first.
    void addRefusing(RequestHead request, Predicate<Route> among, List<Route> refusing) {
        find(request, among, refusing);
    }

    private @Nullable Route find(RequestHead request, Predicate<Route> among, @Nullable List<Route> refusing) {
        String path = request.path();
        int end = path.length() <= longest ? path.length() : path.lastIndexOf('/', longest);
        while (end >= 0) {
            @Nullable List<Route> candidates = byLiteralPart.get(end == path.length() ? path : path.substring(0, end));
            if (candidates != null) {
                for (Route route : candidates) {
                    Predicates predicates = route.predicates();
                    if (predicates.path().matches(path)
                            && predicates.holdApartFromMethodAndPath(request)
                            && among.test(route)) {
                        if (predicates.allows(request.method())) {
                            return route;
                        }
                        if (refusing != null) {
                            refusing.add(route);
                        }
                    }
                }
            }
            end = end == 0 ? -1 : path.lastIndexOf('/', end - 1);
        }
        return null;
    }
}
