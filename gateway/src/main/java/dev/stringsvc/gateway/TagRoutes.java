package dev.stringsvc.gateway;

import dev.stringsvc.gateway.config.Configuration;
import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.gateway.config.RouteBinder;
import dev.stringsvc.gateway.config.RouteBinder.Bound;
import dev.stringsvc.gateway.config.TagRoute;
import dev.stringsvc.gateway.config.TagRule;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Predicates;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.gateway.server.Live.Quarantined;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Puts the routes that services' tags ask for beside those of the file. What is wrong with one of them keeps none of
/// the others out: it alone is quarantined, with the reason. A route that was live, and whose tags are not in order any
/// more, goes on as it was: while instances are replaced one by one by those with other tags, both kinds are there.
///
/// What tags may ask for is bounded by the operator's rules, and by the file's routes, of which none
/// loses a request. Of two services that ask for the same one has it: who had it first. The cost grows
/// with the number of routes and not faster. Used by one thread at a time.
final class TagRoutes {
    private static final int LONGEST_REASON = 400;

    private final List<TagRule> rules;
    private final TagOwners owners;
    private final Map<TagRoute, Bound> bound = new HashMap<>();
    private @Nullable RouteBinder binder;
    private Map<Key, Bound.Accepted> live = Map.of();

    /// @param rules what services may ask for; none where they may ask for all but redirects
    TagRoutes(List<TagRule> rules, TagOwners owners) {
        this.rules = List.copyOf(rules);
        this.owners = owners;
    }

    /// @param table the file's routes and those of the tags that go with them
    /// @param definitions of the services whose tags made routes
    record Outcome(RouteTable table, Map<String, GatewayConfig.Service> definitions, List<Quarantined> quarantined) {}

    /// Whose route: a service chooses its routes' names, and another's may be the same.
    private record Key(String service, String name) {
        static Key of(TagRoute route) {
            return new Key(route.service(), route.name());
        }
    }

    /// @param since when the service got what the route is for
    /// @param forgotten true if the service is not listed any more: one that is listed comes before it
    private record Candidate(TagRoute tagged, Bound.Accepted accepted, Instant since, boolean forgotten) {
        static final Comparator<Candidate> FIRST_COME =
                Comparator.comparing(Candidate::forgotten).thenComparing(Candidate::since);

        Predicates predicates() {
            return accepted.route().predicates();
        }
    }

    /// Of two routes that exclude each other the file's stays, and of two by tags that of the service
    /// which had it first; if neither had it the one that comes first in the list.
    ///
    /// @param tagged of the services that are listed
    /// @param forgotten of those that are not any more, and have instances still
    Outcome beside(Configuration file, List<TagRoute> tagged, List<TagRoute> forgotten) {
        if (binder != file.binder()) {
            binder = file.binder();
            bound.clear();
        }
        Set<TagRoute> asked = new HashSet<>(tagged);
        asked.addAll(forgotten);
        bound.keySet().retainAll(asked);
        List<Quarantined> quarantined = new ArrayList<>();
        List<Candidate> candidates = new ArrayList<>();
        tagged.forEach(route -> consider(route, false, file.binder(), candidates, quarantined));
        forgotten.forEach(route -> consider(route, true, file.binder(), candidates, quarantined));
        candidates.sort(Candidate.FIRST_COME);
        return fit(file.config().routes(), candidates, quarantined);
    }

    private void consider(
            TagRoute route,
            boolean forgotten,
            RouteBinder binder,
            List<Candidate> candidates,
            List<Quarantined> quarantined) {
        Bound.@Nullable Accepted before = live.get(Key.of(route));
        switch (bound(route, binder)) {
            case Bound.Accepted accepted -> candidates.add(candidate(route, accepted, forgotten));
            case Bound.Refused(String reason) -> {
                if (before != null) {
                    candidates.add(candidate(route, before, forgotten));
                }
                quarantined.add(quarantined(route, reason, before == null ? "" : "; the route goes on as it was"));
            }
        }
    }

    private Candidate candidate(TagRoute route, Bound.Accepted accepted, boolean forgotten) {
        Instant since = owners.since(route.service(), accepted.route().predicates());
        return new Candidate(route, accepted, since, forgotten);
    }

    private Bound bound(TagRoute route, RouteBinder binder) {
        return route.refusal() == null
                ? bound.computeIfAbsent(route, binder::bind)
                : new Bound.Refused(route.refusal());
    }

    private static Quarantined quarantined(TagRoute route, String reason, String end) {
        String shown = reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON) + "…";
        return new Quarantined(route.name(), route.service(), shown + end);
    }

    private Outcome fit(RouteTable file, List<Candidate> candidates, List<Quarantined> quarantined) {
        RouteTable.Builder table = RouteTable.builder().addAll(file.routes());
        Map<Key, Bound.Accepted> now = new HashMap<>();
        Map<String, GatewayConfig.Service> definitions = new HashMap<>();
        TagOwners.Now owning = owners.now();
        for (Candidate one : candidates) {
            TagRoute tagged = one.tagged();
            Optional<String> clash =
                    notAllowed(one).or(() -> ofTheFile(file, one.predicates())).or(() -> add(one, table));
            if (clash.isPresent()) {
                quarantined.add(quarantined(tagged, clash.get(), ""));
            } else {
                now.put(Key.of(tagged), one.accepted());
                definitions.putIfAbsent(tagged.service(), one.accepted().definition());
                owning.has(tagged.service(), one.predicates());
            }
        }
        owning.end();
        live = now;
        return new Outcome(table.build(), definitions, quarantined);
    }

    private Optional<String> notAllowed(Candidate one) {
        boolean redirect = one.accepted().route().action() instanceof Action.Redirect;
        if (rules.isEmpty()) {
            return redirect
                    ? Optional.of("redirect: expected a rule in consul.tag-rules that says redirects: true")
                    : Optional.empty();
        }
        List<TagRule> allowing = rules.stream()
                .filter(rule -> rule.allows(one.tagged().service(), one.predicates()))
                .toList();
        if (allowing.isEmpty()) {
            return Optional.of("no rule of consul.tag-rules lets this service have " + one.predicates());
        }
        return redirect && allowing.stream().noneMatch(TagRule::redirects)
                ? Optional.of("redirect: the rules of consul.tag-rules that let this service have " + one.predicates()
                        + " do not say redirects: true")
                : Optional.empty();
    }

    /// Why the file keeps a route out; empty where it does not.
    private static Optional<String> ofTheFile(RouteTable file, Predicates asked) {
        for (Route route : file.routes()) {
            if (route.keepsOut(asked)) {
                return Optional.of("it would take requests of the file's route '" + route.name() + "', "
                        + route.predicates() + ", with " + asked);
            }
        }
        return Optional.empty();
    }

    private Optional<String> add(Candidate one, RouteTable.Builder table) {
        try {
            if (rules.isEmpty()) {
                table.addStranger(one.accepted().route(), one.tagged().service());
            } else {
                table.add(one.accepted().route());
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
