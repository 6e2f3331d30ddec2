package dev.stringsvc.gateway.route;

import java.util.List;

/// The table's result for a request.
public sealed interface Match {
    /// The route that takes it.
    record Found(Route route) implements Match {}

    /// Some routes match the request, but none accepts its method.
    ///
    /// @param allowed the methods that at least one of them accepts
    /// @param route the most specific of them
    record MethodNotAllowed(List<String> allowed, Route route) implements Match {}

    /// No route takes it.
    record NoRoute() implements Match {}
}
