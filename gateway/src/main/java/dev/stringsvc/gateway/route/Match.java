package dev.stringsvc.gateway.route;

import java.util.List;

/// What the table says of a request.
public sealed interface Match {
    /// The route that takes it.
    record Found(Route route) implements Match {}

    /// There are routes for it, but none for this method.
    record MethodNotAllowed(List<String> allowed) implements Match {}

    /// No route takes it.
    record NoRoute() implements Match {}
}
