package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.type.CollectionType;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import java.io.IOException;
import java.util.List;

/// Reads the list of routes as one table, so that routes which contradict each other are found while reading.
final class RouteTables extends StdDeserializer<RouteTable> {
    private static final long serialVersionUID = 1;

    RouteTables() {
        super(RouteTable.class);
    }

    @Override
    public RouteTable deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        CollectionType type = context.getTypeFactory().constructCollectionType(List.class, Route.class);
        List<Route> routes = context.readValue(parser, type);
        try {
            return new RouteTable(routes);
        } catch (IllegalArgumentException e) {
            throw context.instantiationException(RouteTable.class, e);
        }
    }
}
