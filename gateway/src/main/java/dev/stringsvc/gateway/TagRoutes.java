package dev.stringsvc.gateway;

import dev.stringsvc.gateway.config.Configuration;
import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.gateway.config.RouteBinder;
import dev.stringsvc.gateway.config.RouteBinder.Bound;
import dev.stringsvc.gateway.config.TagRoute;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.gateway.server.Live.Quarantined;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Puts the routes that services' tags ask for beside those of the file. What is wrong with one of them keeps none of
/// the others out: it alone is quarantined, with the reason. A route that was live, and whose tags are not in order any
/// more, goes on as it was: while instances are replaced one by one by those with other tags, both kinds are there.
/// Used by one thread at a time.
final class TagRoutes {
    private final Map<TagRoute, Bound> bound = new HashMap<>();
    private @Nullable RouteBinder binder;
    private Map<String, Bound.Accepted> live = Map.of();

    /// @param table the file's routes and those of the tags that go with them
    /// @param definitions of the services whose tags made routes
    record Outcome(RouteTable table, Map<String, GatewayConfig.Service> definitions, List<Quarantined> quarantined) {}

    private record Candidate(TagRoute tagged, Bound.Accepted accepted) {}

    /// Of two routes that exclude each other the file's stays, and of two by tags the one that comes first.
    Outcome beside(Configuration file, List<TagRoute> tagged) {
        if (binder != file.binder()) {
            binder = file.binder();
            bound.clear();
        }
        bound.keySet().retainAll(Set.copyOf(tagged));
        List<Quarantined> quarantined = new ArrayList<>();
        List<Candidate> candidates = new ArrayList<>();
        for (TagRoute route : tagged) {
            Bound.@Nullable Accepted before = live.get(route.name());
            switch (bound(route, file.binder())) {
                case Bound.Accepted accepted -> candidates.add(new Candidate(route, accepted));
                case Bound.Refused(String reason) -> {
                    if (before != null) {
                        candidates.add(new Candidate(route, before));
                    }
                    String goesOn = before == null ? "" : "; the route goes on as it was";
                    quarantined.add(new Quarantined(route.name(), route.service(), reason + goesOn));
                }
            }
        }
        return fit(file.config().routes(), candidates, quarantined);
    }

    private Bound bound(TagRoute route, RouteBinder binder) {
        return route.refusal() == null
                ? bound.computeIfAbsent(route, binder::bind)
                : new Bound.Refused(route.refusal());
    }

    private Outcome fit(RouteTable file, List<Candidate> candidates, List<Quarantined> quarantined) {
        List<Route> routes = new ArrayList<>(file.routes());
        Map<String, Bound.Accepted> now = new HashMap<>();
        Map<String, GatewayConfig.Service> definitions = new HashMap<>();
        for (List<Candidate> rest = candidates; !rest.isEmpty(); ) {
            int fits = fitting(routes, rest);
            for (Candidate one : rest.subList(0, fits)) {
                routes.add(one.accepted().route());
                now.put(one.tagged().name(), one.accepted());
                definitions.putIfAbsent(one.tagged().service(), one.accepted().definition());
            }
            if (fits < rest.size()) {
                TagRoute out = rest.get(fits).tagged();
                String reason = String.valueOf(clash(routes, rest.subList(fits, fits + 1)));
                quarantined.add(new Quarantined(out.name(), out.service(), reason));
            }
            rest = rest.subList(Math.min(fits + 1, rest.size()), rest.size());
        }
        live = now;
        return new Outcome(new RouteTable(routes), definitions, quarantined);
    }

    /// How many from the first on go with the others, by halving: a table is not cheap to build.
    private static int fitting(List<Route> routes, List<Candidate> more) {
        if (clash(routes, more) == null) {
            return more.size();
        }
        int fits = 0;
        int tooMany = more.size();
        while (tooMany - fits > 1) {
            int middle = (fits + tooMany) / 2;
            if (clash(routes, more.subList(0, middle)) == null) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        return fits;
    }

    private static @Nullable String clash(List<Route> routes, List<Candidate> more) {
        try {
            var _ = new RouteTable(Stream.concat(
                            routes.stream(),
                            more.stream().map(one -> one.accepted().route()))
                    .toList());
            return null;
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
