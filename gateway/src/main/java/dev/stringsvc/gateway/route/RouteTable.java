package dev.stringsvc.gateway.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// All routes. A route takes a request when all its predicates hold; of those the most specific wins, see
/// [Predicates]. Immutable and so thread-safe.
public final class RouteTable {
    private final List<Route> routes;
    private final Map<String, PathIndex> byHost = new HashMap<>();
    /// By the part of the host that the asterisk stands before, the longest first.
    private final Map<String, PathIndex> byDomain =
            new TreeMap<>(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));
    private final PathIndex anyHost = new PathIndex();

    /// @throws IllegalArgumentException when two routes have one name, or claim the same requests and tie
    public RouteTable(List<Route> routes) {
        this.routes = List.copyOf(routes);
        Set<String> names = new HashSet<>();
        for (Route route : this.routes) {
            if (!names.add(route.name())) {
                throw new IllegalArgumentException("two routes are named '" + route.name() + "'");
            }
            route.predicates().host().map(this::index).orElse(anyHost).add(route);
        }
    }

    private PathIndex index(HostPattern host) {
        return (host.isWildcard() ? byDomain : byHost).computeIfAbsent(host.name(), name -> new PathIndex());
    }

    /// Every route, in the order given.
    public List<Route> routes() {
        return routes;
    }

    /// The routes that forward, and to where.
    public Map<Route, Action.Forward> forwarding() {
        Map<Route, Action.Forward> forwarding = new LinkedHashMap<>();
        for (Route route : routes) {
            if (route.action() instanceof Action.Forward to) {
                forwarding.put(route, to);
            }
        }
        return forwarding;
    }

    /// Every route, the most specific first.
    public List<Route> inOrder() {
        return routes.stream().sorted(PathIndex.MOST_SPECIFIC_FIRST).toList();
    }

    /// The route of a request.
    public Match match(RequestHead request) {
        @Nullable PathIndex own = byHost.isEmpty() ? null : byHost.get(request.host());
        @Nullable Route found = own == null ? null : own.find(request);
        if (found == null && !byDomain.isEmpty()) {
            found = findByDomain(request);
        }
        if (found == null) {
            found = anyHost.find(request);
        }
        return found == null ? noMatch(request) : new Match.Found(found);
    }

    /// Whether who reads the request's path carelessly would take it for another route's: it means to pass by a route.
    ///
    /// @param match what the table says of the path as it stands
    public boolean isAmbiguous(RequestHead request, Match match) {
        String read = RequestTarget.carelesslyRead(request.path());
        return !read.equals(request.path()) && takesAnother(request.at(read), match);
    }

    /// True if a request takes another route than the one with its path as it stands.
    ///
    /// @param read the request, with its path read in another way
    /// @param match what the table says of the path as it stands
    boolean takesAnother(RequestHead read, Match match) {
        return !match.equals(match(read));
    }

    private @Nullable Route findByDomain(RequestHead request) {
        for (Map.Entry<String, PathIndex> domain : byDomain.entrySet()) {
            @Nullable
            Route found =
                    request.host().endsWith(domain.getKey()) ? domain.getValue().find(request) : null;
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private Match noMatch(RequestHead request) {
        List<Route> refusing = new ArrayList<>();
        Stream.of(byHost, byDomain)
                .flatMap(hosts -> hosts.values().stream())
                .forEach(index -> index.addRefusing(request, refusing));
        anyHost.addRefusing(request, refusing);
        if (refusing.isEmpty()) {
            return new Match.NoRoute();
        }
        Set<String> allowed = new LinkedHashSet<>();
        refusing.forEach(route -> allowed.addAll(route.predicates().methods()));
        return new Match.MethodNotAllowed(List.copyOf(allowed), refusing.getFirst());
    }

    /// What each route says of a request, the most specific first.
    public List<Explanation> explain(RequestHead request) {
        List<Explanation> explanations = new ArrayList<>();
        @Nullable Route taken = null;
        for (Route route : inOrder()) {
            Optional<String> mismatch = route.predicates().mismatch(request);
            if (mismatch.isPresent()) {
                explanations.add(new Explanation(route, false, mismatch.get()));
            } else if (taken == null) {
                taken = route;
                explanations.add(new Explanation(route, true, "all that it asks for holds"));
            } else {
                explanations.add(new Explanation(route, false, "'" + taken.name() + "' is more specific"));
            }
        }
        return explanations;
    }

    /// What one route says of a request.
    ///
    /// @param why a clause
    public record Explanation(Route route, boolean taken, String why) {}
}
