package dev.stringsvc.gateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Unhealthy;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.Caller;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.live.Live;
import dev.stringsvc.gateway.retry.Forwarder.Outlook;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Match;
import dev.stringsvc.gateway.route.Reading;
import dev.stringsvc.gateway.route.RequestText;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Upstream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What would become of a request, and why. Immutable.
///
/// @param answer what the gateway itself would answer; `null` if it would ask an instance
/// @param route the name of the route that takes the request; `null` if none does
/// @param forwarded `null` if the request would not be forwarded
/// @param routes the route that takes it, and why not the others
/// @param more how many routes were left out; `null` if none was
@JsonInclude(JsonInclude.Include.NON_NULL)
record Explanation(
        String request,
        @Nullable String answer,
        @Nullable String route,
        @Nullable Forwarded forwarded,
        List<Candidate> routes,
        @Nullable String more) {
    /// The most routes that are explained, besides the one that takes the request.
    private static final int MOST_ROUTES = 200;

    /// A route, and why it takes the request or does not.
    record Candidate(String route, String takes, boolean taken, String why) {}

    /// @param path what the instance would be asked for
    /// @param retry when the request would be sent again
    /// @param retriesLeft how many retries the budget of the service allows now
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Forwarded(
            String service,
            String path,
            String balancer,
            long deadlineMillis,
            int attempts,
            String retry,
            long retriesLeft,
            List<Choice> instances) {}

    /// An instance, and if the request could go there.
    ///
    /// @param use `next`, `in turn` or `passed over`
    record Choice(String instance, String state, String use, String why) {}

    /// @param client the client's address; `null` if it is not known
    static Explanation of(Live live, RequestText text, @Nullable InetAddress client) {
        RouteTable table = live.routing().table();
        String request = text.method() + " " + Objects.requireNonNullElse(text.host(), "") + text.path();
        return switch (Reading.of(table, text.head())) {
            case Reading.Refused(var why) -> new Explanation(request, "400: " + why, null, null, List.of(), null);
            case Reading.Valid valid -> {
                List<RouteTable.Explanation> all = table.explain(valid.matched());
                List<Candidate> routes = candidates(all);
                @Nullable
                String more = routes.size() < all.size() ? all.size() - routes.size() + " further routes" : null;
                @Nullable Route taking = valid.match() instanceof Match.Found(var found) ? found : null;
                yield new Explanation(
                        request,
                        answer(valid),
                        taking == null ? null : taking.name(),
                        taking == null ? null : forwarded(live, taking, valid, asked(text, client)),
                        routes,
                        more);
            }
        };
    }

    private static List<Candidate> candidates(List<RouteTable.Explanation> all) {
        List<Candidate> routes = new ArrayList<>();
        for (RouteTable.Explanation one : all) {
            if (one.taken() || routes.size() < MOST_ROUTES) {
                String takes = one.route().predicates().toString();
                routes.add(new Candidate(one.route().name(), takes, one.taken(), one.why()));
            }
        }
        return routes;
    }

    private static @Nullable String answer(Reading.Valid valid) {
        return switch (valid.match()) {
            case Match.NoRoute() -> "404: No route takes " + valid.request().path() + ".";
            case Match.MethodNotAllowed(var allowed, var _) ->
                "405: This path accepts " + String.join(", ", allowed) + ".";
            case Match.Found(var route) ->
                switch (route.action()) {
                    case Action.Forward ignored -> null;
                    case Action.Redirect(String to, int status) -> status + " to " + to;
                    case Action.Respond with -> with.status() + ", as the route says";
                };
        };
    }

    /// The request as a balancer would see it.
    private static UpstreamRequest asked(RequestText text, @Nullable InetAddress client) {
        var headers = new HeaderFields();
        text.headers().forEach(field -> headers.add(field.getKey(), field.getValue()));
        return new UpstreamRequest(
                text.method(),
                text.path(),
                text.query(),
                headers,
                new Body.None(),
                client,
                false,
                false,
                Caller.PATIENT,
                null);
    }

    private static @Nullable Forwarded forwarded(Live live, Route route, Reading.Valid valid, UpstreamRequest request) {
        if (!(route.action() instanceof Action.Forward to)) {
            return null;
        }
        Outlook outlook = live.routing().forwarder(route).outlook(request);
        List<Choice> instances = live.upstream(to.service()).stream()
                .flatMap(upstream -> choices(upstream, outlook))
                .toList();
        return new Forwarded(
                to.service(),
                to.rewrite().apply(route.predicates().path(), valid.request().path()),
                to.balancing().text(),
                to.deadline().toMillis(),
                to.attempts(),
                retry(outlook, to),
                outlook.retriesLeft(),
                instances);
    }

    private static String retry(Outlook outlook, Action.Forward to) {
        if (outlook.full()) {
            return "the service holds as many requests as it may, so the answer would be 503";
        }
        if (to.attempts() == 1) {
            return "never, since the route allows one attempt";
        }
        return outlook.repeatable()
                ? "elsewhere if an instance cannot be reached, breaks off, is silent, or answers 500, 502, 503 or 504"
                : "elsewhere only if no byte has reached the instance, since the request may not be repeated";
    }

    private static Stream<Choice> choices(Upstream upstream, Outlook outlook) {
        Set<Endpoint> taking = new HashSet<>(upstream.taking());
        List<Endpoint> known = upstream.all();
        Set<Instance.Key> keys =
                known.stream().map(endpoint -> endpoint.instance().key()).collect(Collectors.toSet());
        Stream<Choice> unknown = upstream.unhealthy().stream()
                .filter(one -> !keys.contains(one.key()))
                .map(one -> new Choice(
                        one.key().id(), one.status(), "passed over", "the registry says " + one.description()));
        return Stream.concat(
                known.stream().map(endpoint -> choice(endpoint, upstream, outlook, taking.contains(endpoint))),
                unknown);
    }

    private static Choice choice(Endpoint endpoint, Upstream upstream, Outlook outlook, boolean used) {
        String use = endpoint.equals(outlook.next()) ? "next" : used ? "in turn" : "passed over";
        return new Choice(endpoint.id(), endpoint.state().word(), use, why(endpoint, upstream, used));
    }

    private static String why(Endpoint endpoint, Upstream upstream, boolean used) {
        return switch (endpoint.state()) {
            case ACTIVE -> "healthy, " + endpoint.inFlight() + " requests in flight";
            case EJECTED ->
                "ejected since " + endpoint.ejectedAt() + ", its last failure: " + endpoint.lastFailure()
                        + (used ? "; used all the same, since most instances fail" : "");
            case SUSPECT -> "discovery dropped it with too many others; used while it responds";
            case DRAINING -> {
                @Nullable
                Unhealthy opinion = upstream.unhealthy(endpoint.instance().key());
                yield "it has left (" + (opinion == null ? "not registered any more" : opinion.description())
                        + ") and finishes its requests";
            }
        };
    }
}
