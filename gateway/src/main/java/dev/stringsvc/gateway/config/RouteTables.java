package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.type.CollectionType;
import dev.stringsvc.gateway.route.RedirectLoop;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.program.SettingException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

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
        RouteTable table;
        try {
            table = new RouteTable(routes);
        } catch (IllegalArgumentException e) {
            throw context.instantiationException(RouteTable.class, e);
        }
        checkRedirects(routes, table);
        return table;
    }

    private static void checkRedirects(List<Route> routes, RouteTable table) throws JsonMappingException {
        for (int i = 0; i < routes.size(); i++) {
            Optional<String> loop = RedirectLoop.of(routes.get(i), table);
            if (loop.isPresent()) {
                throw JsonMappingException.wrapWithPath(new SettingException("redirect.to", loop.get()), routes, i);
            }
        }
    }
}
