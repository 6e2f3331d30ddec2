package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.grpc.Transcoder;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.retry.Forwarder;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.RequestHead;
import dev.stringsvc.gateway.route.Route;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Where one request goes.
///
/// @param path the path that the instance gets
/// @param stripped what was taken off the front of the client's path
/// @param call the gRPC call that a JSON request makes; `null` for other requests
record Target(
        Route route,
        Action.Forward forward,
        Forwarder forwarder,
        String path,
        String stripped,
        Transcoder.@Nullable Call call) {
    static Target of(Route route, Action.Forward forward, Forwarder forwarder, RequestHead head) {
        return new Target(
                route,
                forward,
                forwarder,
                forward.rewrite().apply(route.predicates().path(), head.path()),
                forward.rewrite().stripped(head.path()),
                null);
    }

    Target calling(Transcoder.Call call) {
        return new Target(route, forward, forwarder, path, stripped, call);
    }

    /// Returns the trailers for an instance; must be called after the client's body has ended.
    Supplier<HeaderFields> trailers(ClientRequest request) {
        return () -> RequestFields.trailers(request.request(), route.requestHeaders());
    }
}
