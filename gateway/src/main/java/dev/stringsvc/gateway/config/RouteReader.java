package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import dev.stringsvc.gateway.route.Route;
import java.io.IOException;

/// Reads a route as it is written, and makes of it what it means.
final class RouteReader extends StdDeserializer<Route> {
    private static final long serialVersionUID = 1;

    RouteReader() {
        super(Route.class);
    }

    @Override
    public Route deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        RouteSpec spec = context.readValue(parser, RouteSpec.class);
        try {
            return spec.route();
        } catch (IllegalArgumentException e) {
            throw context.instantiationException(Route.class, e);
        }
    }
}
