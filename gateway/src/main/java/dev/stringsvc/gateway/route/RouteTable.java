package dev.stringsvc.gateway.route;

import dev.stringsvc.gateway.http.RequestTarget;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// All routes. A route takes a request when all its predicates hold; among several the most specific
/// wins, see [Predicates]. Immutable.
public final class RouteTable {
    private final List<Route> routes;
    private final Map<String, PathIndex> byHost;
    private final Map<String, PathIndex> byDomain;
    private final PathIndex anyHost;
    /// The service of each route from tags that no rule of the operator allows.
    private final Map<Route, String> strangers;
    /// The routes from tags, by identity.
    private final Set<Route> tagged;
    /// The file's routes that keep tags out and name methods: a request that they refuse because of its
    /// method must not go to a route from tags. `null` where there are none.
    private final @Nullable RouteTable guarded;

    /// @throws IllegalArgumentException when two routes have one name, or match the same requests and
    /// neither is more specific
    public RouteTable(List<Route> routes) {
        this(builder().addAll(routes));
    }

    private RouteTable(Builder builder) {
        routes = List.copyOf(builder.routes);
        byHost = builder.byHost;
        byDomain = builder.byDomain;
        anyHost = builder.anyHost;
        strangers = builder.strangers;
        tagged = builder.tagged;
        List<Route> guarding = tagged.isEmpty()
                ? List.of()
                : routes.stream()
                        .filter(route -> !route.predicates().methods().isEmpty())
                        .filter(route -> !tagged.contains(route) && route.keepsOutAny())
                        .toList();
        guarded = guarding.isEmpty() ? null : new RouteTable(guarding);
    }

    /// An empty table, to which routes are added one by one.
    public static Builder builder() {
        return new Builder();
    }

    /// Builds a table in time proportional to the number of routes. Can be built once.
    public static final class Builder {
        private final List<Route> routes = new ArrayList<>();
        private final Map<String, PathIndex> byHost = new HashMap<>();
        /// By the part of the host after the asterisk, the longest first.
        private final Map<String, PathIndex> byDomain = new TreeMap<>(
                Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));
        private final PathIndex anyHost = new PathIndex();
        private final Set<String> names = new HashSet<>();
        private final Map<Route, String> strangers = new HashMap<>();
        private final Set<Route> tagged = Collections.newSetFromMap(new IdentityHashMap<>());

        private Builder() {}

        /// Adds a route.
        ///
        /// @throws IllegalArgumentException when another route has its name, or matches the same
        /// requests and neither is more specific; then nothing is added
        public Builder add(Route route) {
            if (names.contains(route.name())) {
                throw new IllegalArgumentException("two routes are named '" + route.name() + "'");
            }
            route.predicates().host().map(this::index).orElse(anyHost).add(route);
            names.add(route.name());
            routes.add(route);
            return this;
        }

        /// Adds a route from a service's tags. It takes no request that a route of the file refuses
        /// only because of its method.
        ///
        /// @throws IllegalArgumentException as [#add]
        public Builder addTagged(Route route) {
            add(route);
            tagged.add(route);
            return this;
        }

        /// Adds a route from a service's tags that no rule of the operator allows. It does not make
        /// paths of other services ambiguous.
        ///
        /// @throws IllegalArgumentException as [#add]
        public Builder addStranger(Route route, String service) {
            addTagged(route);
            strangers.put(route, service);
            return this;
        }

        /// Adds several routes in their order.
        ///
        /// @throws IllegalArgumentException as [#add]
        public Builder addAll(List<Route> all) {
            all.forEach(this::add);
            return this;
        }

        private PathIndex index(HostPattern host) {
            return (host.isWildcard() ? byDomain : byHost).computeIfAbsent(host.name(), name -> new PathIndex());
        }

        public RouteTable build() {
            return new RouteTable(this);
        }
    }

    /// All routes, in the order in which they were added.
    public List<Route> routes() {
        return routes;
    }

    /// True if a service's tags made this route.
    public boolean isTagged(Route route) {
        return tagged.contains(route);
    }

    /// The routes that forward, with their actions.
    public Map<Route, Action.Forward> forwarding() {
        Map<Route, Action.Forward> forwarding = new LinkedHashMap<>();
        for (Route route : routes) {
            if (route.action() instanceof Action.Forward to) {
                forwarding.put(route, to);
            }
        }
        return forwarding;
    }

    /// All routes, the most specific first.
    public List<Route> inOrder() {
        return routes.stream().sorted(PathIndex.MOST_SPECIFIC_FIRST).toList();
    }

    /// Finds the route of a request.
    public Match match(RequestHead request) {
        return match(request, PathIndex.EVERY);
    }

    private Match match(RequestHead request, Predicate<Route> among) {
        @Nullable PathIndex own = byHost.isEmpty() ? null : byHost.get(request.host());
        @Nullable Route found = own == null ? null : own.find(request, among);
        if (found == null && !byDomain.isEmpty()) {
            found = findByDomain(request, among);
        }
        if (found == null) {
            found = anyHost.find(request, among);
        }
        if (found == null) {
            return noMatch(request, among);
        }
        if (guarded != null && tagged.contains(found)) {
            Match ofFile = guarded.match(request);
            if (ofFile instanceof Match.MethodNotAllowed) {
                return ofFile;
            }
        }
        return new Match.Found(found);
    }

    /// True if an instance that reads the path carelessly would take it for another route's path; such
    /// a request may be an attempt to evade a route. Only routes for the request's host are considered.
    /// A route from tags that no rule allows counts only for requests of its own service; otherwise a
    /// service could register itself and have another's requests refused.
    ///
    /// @param match the table's result for the path as it is written
    public boolean isAmbiguous(RequestHead request, Match match) {
        String read = RequestTarget.carelesslyRead(request.path());
        return !read.equals(request.path()) && takesAnother(request.at(read), match);
    }

    /// True if another route takes the request when its path is read in another way.
    ///
    /// @param read the request with its path read in another way
    /// @param match the table's result for the path as it is written
    boolean takesAnother(RequestHead read, Match match) {
        if (strangers.isEmpty()) {
            return !match.equals(match(read));
        }
        @Nullable
        String own = switch (match) {
            case Match.Found(var found) -> strangers.get(found);
            case Match.MethodNotAllowed(var _, var refusing) -> strangers.get(refusing);
            case Match.NoRoute() -> null;
        };
        return !match.equals(match(read, route -> {
            @Nullable String stranger = strangers.get(route);
            return stranger == null || stranger.equals(own);
        }));
    }

    private @Nullable Route findByDomain(RequestHead request, Predicate<Route> among) {
        for (Map.Entry<String, PathIndex> domain : byDomain.entrySet()) {
            @Nullable
            Route found =
                    request.host().endsWith(domain.getKey()) ? domain.getValue().find(request, among) : null;
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private Match noMatch(RequestHead request, Predicate<Route> among) {
        List<Route> refusing = new ArrayList<>();
        @Nullable PathIndex own = byHost.get(request.host());
        if (own != null) {
            own.addRefusing(request, among, refusing);
        }
        byDomain.forEach((domain, index) -> {
            if (request.host().endsWith(domain)) {
                index.addRefusing(request, among, refusing);
            }
        });
        anyHost.addRefusing(request, among, refusing);
        if (refusing.isEmpty()) {
            return new Match.NoRoute();
        }
        Set<String> allowed = new LinkedHashSet<>();
        refusing.forEach(route -> allowed.addAll(route.predicates().methods()));
        return new Match.MethodNotAllowed(List.copyOf(allowed), refusing.getFirst());
    }

    /// Explains for each route why it takes or does not take a request, the most specific first.
    public List<Explanation> explain(RequestHead request) {
        List<Explanation> explanations = new ArrayList<>();
        Match match = match(request);
        @Nullable Route taken = null;
        for (Route route : inOrder()) {
            Optional<String> mismatch = route.predicates().mismatch(request);
            if (mismatch.isPresent()) {
                explanations.add(new Explanation(route, false, mismatch.get()));
            } else if (match instanceof Match.MethodNotAllowed(var _, var refusing)) {
                explanations.add(new Explanation(
                        route, false, "the file's route '" + refusing.name() + "' refuses the method, for tags too"));
            } else if (taken == null) {
                taken = route;
                explanations.add(new Explanation(route, true, "all that it asks for holds"));
            } else {
                explanations.add(new Explanation(route, false, "'" + taken.name() + "' is more specific"));
            }
        }
        return explanations;
    }

    /// The explanation of one route.
    ///
    /// @param why a clause
    public record Explanation(Route route, boolean taken, String why) {}
}
