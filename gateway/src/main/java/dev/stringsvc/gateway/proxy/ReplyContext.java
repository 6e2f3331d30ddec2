package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.retry.Attempt;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.HeaderEdits;
import dev.stringsvc.gateway.route.Route;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The route and the attempts that led to a reply.
///
/// @param route the name of the route that took it; `null` where none did
/// @param service the service that the route forwards to; `null` if it forwards to none
/// @param edits what that route does to the reply's header fields
/// @param attempts that were made, in order
/// @param rpcMethod the gRPC method that a JSON request asks for; `null` for other requests
record ReplyContext(
        @Nullable String route,
        @Nullable String service,
        HeaderEdits edits,
        List<Attempt> attempts,
        @Nullable String rpcMethod) {
    /// For a request that was refused before it was matched, or that no route matches.
    static final ReplyContext NO_ROUTE = new ReplyContext(null, null, HeaderEdits.NONE, List.of(), null);

    static ReplyContext of(Route route) {
        return new ReplyContext(route.name(), service(route), route.responseHeaders(), List.of(), null);
    }

    private static @Nullable String service(Route route) {
        return route.action() instanceof Action.Forward forward ? forward.service() : null;
    }

    /// For a request whose path the route takes, but not its method.
    static ReplyContext editedBy(Route route) {
        return new ReplyContext(null, null, route.responseHeaders(), List.of(), null);
    }

    ReplyContext after(List<Attempt> made) {
        return new ReplyContext(route, service, edits, made, rpcMethod);
    }

    ReplyContext calling(String method) {
        return new ReplyContext(route, service, edits, attempts, method);
    }

    /// The id of the last instance that was tried; `null` where none was.
    @Nullable
    String instance() {
        return attempts.isEmpty() ? null : attempts.getLast().instance();
    }

    /// The outcome of each attempt, in words for clients.
    List<String> outcomes() {
        return attempts.stream().map(Attempt::outcome).toList();
    }
}
