package dev.stringsvc.gateway.route;

import java.util.List;

/// What the table says of a request.
public sealed interface Match {
    /// The route that takes it.
    record Found(Route route) implements Match {}

    /// There are routes for it, but none for this method.
    ///
    /// @param allowed the methods that any of them takes
    /// @param route the most specific of them
    record MethodNotAllowed(List<String> allowed, Route route) implements Match {}

    /// No route takes it.
    record NoRoute() implements Match {}
}
