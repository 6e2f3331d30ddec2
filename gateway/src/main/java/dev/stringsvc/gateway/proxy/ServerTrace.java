package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.retry.RequestTrace;
import dev.stringsvc.gateway.route.Route;
import org.jspecify.annotations.Nullable;

/// The trace of one request of a client, from its head to the end of its answer.
public interface ServerTrace extends RequestTrace {
    /// Of a request without a trace.
    ServerTrace NONE = new ServerTrace() {};

    /// For logs and meters; `null` if traces are off.
    default Exchange.@Nullable Trace ids() {
        return null;
    }

    /// A route takes the request.
    default void routed(Route route) {}

    /// The request has ended. Called once.
    default void finished(Exchange exchange) {}
}
