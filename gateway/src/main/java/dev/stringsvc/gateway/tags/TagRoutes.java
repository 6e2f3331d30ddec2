package dev.stringsvc.gateway.tags;

import dev.stringsvc.gateway.config.Configuration;
import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.gateway.config.RouteBinder;
import dev.stringsvc.gateway.config.RouteBinder.Bound;
import dev.stringsvc.gateway.config.TagRoute;
import dev.stringsvc.gateway.config.TagRule;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Predicates;
import dev.stringsvc.gateway.route.RedirectLoop;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Adds the routes that services' tags ask for to the routes of the file. If a route by tags is wrong,
/// only this route is quarantined, with the reason. If a live route's tags become wrong, the route goes
/// on unchanged: while instances are replaced one by one, Consul lists old and new tags together.
///
/// The operator's rules limit what tags may ask for. Tags never take a request from a route of the
/// file, and make no route to a service whose instances the configuration names. If two services ask
/// for the same, the one that had it first keeps it. The cost is linear in the number of routes. Used
/// by one thread at a time.
public final class TagRoutes {
    /// In place of a method, for a route that names none.
    private static final String ANY_METHOD = "*";
    private static final int LONGEST_REASON = 400;

    private final List<TagRule> rules;
    private final TagOwners owners;
    private final Map<TagRoute, Bound> bound = new HashMap<>();
    private @Nullable RouteBinder binder;
    private Map<Key, Bound.Accepted> live = Map.of();

    /// @param rules what services may ask for; without rules they may ask for all but redirects
    public TagRoutes(List<TagRule> rules, TagOwners owners) {
        this.rules = List.copyOf(rules);
        this.owners = owners;
    }

    /// @param table the file's routes and those of the tags that go with them
    /// @param definitions of the services whose tags made routes
    /// @param again when to compute the routes again, because a route waits until then; [Instant#MAX]
    /// if none waits
    public record Outcome(
            RouteTable table,
            Map<String, GatewayConfig.Service> definitions,
            List<Quarantined> quarantined,
            Instant again) {}

    /// A route's service and name. Services choose these names, so two services may use the same one.
    private record Key(String service, String name) {
        static Key of(TagRoute route) {
            return new Key(route.service(), route.name());
        }
    }

    /// @param since since when the service has had the route's host and path
    /// @param listed the service's state in Consul
    private record Candidate(TagRoute tagged, Bound.Accepted accepted, Instant since, Standing listed) {
        static final Comparator<Candidate> FIRST_COME = Comparator.comparing(
                        (Candidate one) -> one.listed == Standing.GONE_FOR_GOOD)
                .thenComparing(Candidate::since);

        Predicates predicates() {
            return accepted.route().predicates();
        }

        String service() {
            return tagged.service();
        }
    }

    /// A service's state in Consul: listed, gone for less than `guard.hold`, or gone for longer. If it
    /// is gone for longer, all other services come first.
    private enum Standing {
        LISTED,
        GONE,
        GONE_FOR_GOOD
    }

    /// The hosts and paths that services have got so far. No other service's route may take a part of
    /// them.
    private static final class Taken {
        /// By host and path, and then by method.
        private final Map<String, Map<String, Candidate>> first = new HashMap<>();

        Optional<String> clash(Candidate one) {
            String on = TagOwners.on(one.predicates());
            Map<String, Candidate> there = first.getOrDefault(on, Map.of());
            List<String> methods = one.predicates().methods();
            Stream<Candidate> owners = methods.isEmpty()
                    ? there.values().stream()
                    : Stream.concat(methods.stream(), Stream.of(ANY_METHOD))
                            .flatMap(method -> Optional.ofNullable(there.get(method)).stream());
            return owners.filter(owner -> !owner.service().equals(one.service()))
                    .findFirst()
                    .map(owner -> "routes '%s' and '%s' claim the same requests: '%s' had %s first"
                            .formatted(owner.tagged().name(), one.tagged().name(), owner.service(), on));
        }

        void add(Candidate one) {
            Map<String, Candidate> there = first.computeIfAbsent(TagOwners.on(one.predicates()), on -> new HashMap<>());
            List<String> methods = one.predicates().methods();
            (methods.isEmpty() ? List.of(ANY_METHOD) : methods).forEach(method -> there.put(method, one));
        }
    }

    /// If two routes exclude each other, a route of the file wins over one by tags. Of two by tags, the
    /// one of the service that had it first wins; if neither had it, the one that comes first in the
    /// list.
    ///
    /// @param tagged routes of the services that Consul lists
    /// @param forgotten routes of the services that Consul no longer lists, but that still have
    /// instances
    public Outcome beside(Configuration file, List<TagRoute> tagged, List<TagRoute> forgotten) {
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
        removeLoops(file.config().routes(), candidates, quarantined);
        candidates.sort(Candidate.FIRST_COME);
        return fit(file.config(), candidates, quarantined);
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

    /// Quarantines redirects that would lead back to their own route. What other tags ask for is
    /// considered, since their routes may take the target.
    private static void removeLoops(RouteTable file, List<Candidate> candidates, List<Quarantined> quarantined) {
        if (candidates.stream().noneMatch(TagRoutes::isRedirect)) {
            return;
        }
        RouteTable.Builder all = RouteTable.builder().addAll(file.routes());
        candidates.forEach(one -> {
            try {
                all.addTagged(one.accepted().route());
            } catch (IllegalArgumentException e) {
                // it clashes with another route, which takes these requests
            }
        });
        RouteTable table = all.build();
        candidates.removeIf(one -> {
            Optional<String> loop = RedirectLoop.of(one.accepted().route(), table);
            loop.ifPresent(why -> quarantined.add(quarantined(one.tagged(), "redirect.to: " + why, "")));
            return loop.isPresent();
        });
    }

    private static boolean isRedirect(Candidate one) {
        return one.accepted().route().action() instanceof Action.Redirect;
    }

    private Candidate candidate(TagRoute route, Bound.Accepted accepted, boolean forgotten) {
        Predicates predicates = accepted.route().predicates();
        Standing listed = !forgotten
                ? Standing.LISTED
                : owners.isGoneForGood(route.service(), predicates) ? Standing.GONE_FOR_GOOD : Standing.GONE;
        return new Candidate(route, accepted, owners.since(route.service(), predicates), listed);
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

    private Outcome fit(GatewayConfig config, List<Candidate> candidates, List<Quarantined> quarantined) {
        RouteTable file = config.routes();
        RouteTable.Builder table = RouteTable.builder().addAll(file.routes());
        Map<Key, Bound.Accepted> now = new HashMap<>();
        Map<String, GatewayConfig.Service> definitions = new HashMap<>();
        var taken = new Taken();
        Instant again = Instant.MAX;
        TagOwners.Now owning = owners.now(candidates.stream()
                .filter(one -> one.listed() == Standing.LISTED)
                .map(one -> Map.entry(one.service(), one.predicates())));
        for (Candidate one : candidates) {
            TagRoute tagged = one.tagged();
            Optional<String> refused = notAllowed(one, config).or(() -> ofTheFile(file, one.predicates()));
            Optional<TagOwners.Held> held =
                    refused.isEmpty() ? owning.held(one.service(), one.predicates()) : Optional.empty();
            if (held.isPresent() && held.get().end().isBefore(again)) {
                again = held.get().end();
            }
            Optional<String> clash = refused.or(() -> held.map(by -> awaited(by, one)))
                    .or(() -> taken.clash(one))
                    .or(() -> add(one, table));
            if (clash.isPresent()) {
                quarantined.add(quarantined(tagged, clash.get(), ""));
            } else {
                now.put(Key.of(tagged), one.accepted());
                definitions.putIfAbsent(tagged.service(), one.accepted().definition());
                taken.add(one);
                if (one.listed() == Standing.LISTED) {
                    owning.has(tagged.service(), one.predicates());
                }
            }
        }
        owning.end();
        live = now;
        return new Outcome(table.build(), definitions, quarantined, again);
    }

    private static String awaited(TagOwners.Held by, Candidate one) {
        return "'%s' had %s first, and has been gone for less than guard.hold"
                .formatted(by.service(), TagOwners.on(one.predicates()));
    }

    private Optional<String> notAllowed(Candidate one, GatewayConfig config) {
        GatewayConfig.@Nullable Service configured = config.services().get(one.service());
        if (configured != null && configured.isFixed()) {
            // they may be where no registry may aim at, see AddressPolicy
            return Optional.of("the configuration says where this service's instances are; tags make no routes to it");
        }
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

    /// The reason why the file's routes exclude a route; empty if they do not.
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
                table.addStranger(one.accepted().route(), one.service());
            } else {
                table.addTagged(one.accepted().route());
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
