package dev.stringsvc.gateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Canary;
import dev.stringsvc.gateway.route.HeaderEdits;
import dev.stringsvc.gateway.route.HostPattern;
import dev.stringsvc.gateway.route.Paths;
import dev.stringsvc.gateway.route.Predicates;
import dev.stringsvc.gateway.route.Route;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A route as operators see it: empty parts are left out, and of a header that is set only the name is
/// shown.
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record RouteView(
        String name,
        @Nullable String host,
        String path,
        boolean exact,
        String paths,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean exclusive,
        List<String> methods,
        Map<String, String> headers,
        @Nullable HeaderEdits requestHeaders,
        @Nullable HeaderEdits responseHeaders,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ForwardView forward,
        @JsonInclude(JsonInclude.Include.NON_NULL) Action.@Nullable Redirect redirect,
        @JsonInclude(JsonInclude.Include.NON_NULL) Action.@Nullable Respond respond) {
    record ForwardView(
            String service,
            String stripPrefix,
            String rewrite,
            boolean preserveHost,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Long requestBody,

            boolean streamRequests,

            String balancer,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Canary canary,

            boolean idempotent,
            boolean idempotencyKey,
            int attempts,
            String deadline,
            String attemptTimeout) {}

    static RouteView of(Route route) {
        Predicates when = route.predicates();
        return new RouteView(
                route.name(),
                when.host().map(HostPattern::toString).orElse(null),
                when.path().toString(),
                when.path().exact(),
                when.path().paths() == Paths.STRICT ? "" : when.path().paths().text(),
                route.exclusive(),
                when.methods(),
                when.headers(),
                unlessNone(route.requestHeaders()),
                unlessNone(route.responseHeaders()),
                route.action() instanceof Action.Forward to ? view(to) : null,
                route.action() instanceof Action.Redirect to ? to : null,
                route.action() instanceof Action.Respond with ? with : null);
    }

    private static @Nullable HeaderEdits unlessNone(HeaderEdits edits) {
        return edits.none() ? null : edits.masked();
    }

    private static ForwardView view(Action.Forward to) {
        return new ForwardView(
                to.service(),
                to.rewrite().strip(),
                to.rewrite().replacement(),
                to.preserveHost(),
                to.requestBody() == Long.MAX_VALUE ? null : to.requestBody(),
                to.streamRequests(),
                to.balancing().text(),
                to.canary(),
                to.idempotent(),
                to.idempotencyKey(),
                to.attempts(),
                to.deadline().toMillis() + "ms",
                to.attemptTimeout().toMillis() + "ms");
    }
}
