package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import java.util.Map;
import java.util.Objects;

/// The route table at one moment, with the forwarder of each of its routes. A request reads it once and
/// uses it to its end. Immutable.
///
/// @param forwarders by route name, one for each route of the table that forwards
public record Routing(RouteTable table, Map<String, Forwarder> forwarders) {
    public Routing {
        forwarders = Map.copyOf(forwarders);
    }

    /// The forwarder of one of the table's routes.
    public Forwarder forwarder(Route route) {
        return Objects.requireNonNull(forwarders.get(route.name()));
    }
}
