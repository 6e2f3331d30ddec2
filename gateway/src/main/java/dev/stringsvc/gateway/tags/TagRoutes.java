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
import dev.stringsvc.program.Excerpt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private static final int LONGEST_REASON = 400;
    private static final String GOES_ON = "; the route goes on as it was";
    /// How often routes are fitted again without redirects that loop. It bounds the cost of redirects
    /// that lead to each other; loops that are left after that stay, and harm only their own clients.
    private static final int MOST_REFITS = 10;

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
        Fitted fitted = fit(file.config(), candidates);
        for (int i = 0; i < MOST_REFITS && takeOutLoops(fitted.table(), candidates, quarantined); i++) {
            fitted = fit(file.config(), candidates);
        }
        quarantined.addAll(fitted.quarantined());
        return goLive(fitted, quarantined);
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
                quarantined.add(quarantined(route, reason, before == null ? "" : GOES_ON));
            }
        }
    }

    /// Takes out the redirects that lead back to their own route. If such a route was live with other
    /// tags before, it goes on with them.
    ///
    /// @param table with the candidates that fit, since other tags' routes may take a target
    /// @return true if there were any
    private boolean takeOutLoops(RouteTable table, List<Candidate> candidates, List<Quarantined> quarantined) {
        boolean any = false;
        for (ListIterator<Candidate> each = candidates.listIterator(); each.hasNext(); ) {
            Candidate one = each.next();
            Optional<String> loop = RedirectLoop.of(one.accepted().route(), table);
            if (loop.isPresent()) {
                any = true;
                Bound.@Nullable Accepted before = live.get(Key.of(one.tagged()));
                boolean goesOn = before != null && !before.equals(one.accepted());
                if (before != null && goesOn) {
                    each.set(candidate(one.tagged(), before, one.listed() != Candidate.Standing.LISTED));
                } else {
                    each.remove();
                }
                quarantined.add(quarantined(one.tagged(), "redirect.to: " + loop.get(), goesOn ? GOES_ON : ""));
            }
        }
        return any;
    }

    private Candidate candidate(TagRoute route, Bound.Accepted accepted, boolean forgotten) {
        Predicates predicates = accepted.route().predicates();
        Candidate.Standing listed = !forgotten
                ? Candidate.Standing.LISTED
                : owners.isGoneForGood(route.service(), predicates)
                        ? Candidate.Standing.GONE_FOR_GOOD
                        : Candidate.Standing.GONE;
        return new Candidate(route, accepted, owners.since(route.service(), predicates), listed);
    }

    private Bound bound(TagRoute route, RouteBinder binder) {
        return route.refusal() == null
                ? bound.computeIfAbsent(route, binder::bind)
                : new Bound.Refused(route.refusal());
    }

    private static Quarantined quarantined(TagRoute route, String reason, String end) {
        return new Quarantined(route.name(), route.service(), Excerpt.of(reason, LONGEST_REASON) + end);
    }

    /// The candidates that fit beside the file's routes and each other.
    ///
    /// @param owning not told yet what is live
    private record Fitted(
            RouteTable table,
            List<Candidate> candidates,
            List<Quarantined> quarantined,
            TagOwners.Now owning,
            Instant again) {}

    /// Has no effect on what is live.
    private Fitted fit(GatewayConfig config, List<Candidate> candidates) {
        RouteTable file = config.routes();
        RouteTable.Builder table = RouteTable.builder().addAll(file.routes());
        List<Candidate> fitting = new ArrayList<>();
        List<Quarantined> quarantined = new ArrayList<>();
        var taken = new Taken();
        Instant again = Instant.MAX;
        TagOwners.Now owning = owners.now(candidates.stream()
                .filter(one -> one.listed() == Candidate.Standing.LISTED)
                .map(one -> Map.entry(one.service(), one.predicates())));
        candidates.sort(Candidate.FIRST_COME);
        for (Candidate one : candidates) {
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
                quarantined.add(quarantined(one.tagged(), clash.get(), ""));
            } else {
                fitting.add(one);
                taken.add(one);
            }
        }
        return new Fitted(table.build(), fitting, quarantined, owning, again);
    }

    private Outcome goLive(Fitted fitted, List<Quarantined> quarantined) {
        Map<Key, Bound.Accepted> now = new HashMap<>();
        Map<String, GatewayConfig.Service> definitions = new HashMap<>();
        for (Candidate one : fitted.candidates()) {
            now.put(Key.of(one.tagged()), one.accepted());
            definitions.putIfAbsent(one.service(), one.accepted().definition());
            if (one.listed() == Candidate.Standing.LISTED) {
                fitted.owning().has(one.service(), one.predicates());
            }
        }
        fitted.owning().end();
        live = now;
        return new Outcome(fitted.table(), definitions, quarantined, fitted.again());
    }

    private static String awaited(TagOwners.Held by, Candidate one) {
        return "'%s' had %s first, and has been gone for less than guard.hold"
                .formatted(by.service(), TagOwners.on(one.predicates()));
    }

    private Optional<String> notAllowed(Candidate one, GatewayConfig config) {
        GatewayConfig.@Nullable Service configured = config.services().get(one.service());
        if (configured != null) {
            switch (configured.source()) {
                case CONSUL -> {}
                case ETCD -> {
                    return Optional.of("this service's instances are in etcd; tags in Consul make no routes to it");
                }
                case CONFIGURATION -> {
                    // they may be where no registry may aim at, see AddressPolicy
                    return Optional.of(
                            "the configuration says where this service's instances are; tags make no routes to it");
                }
            }
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
