package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.program.GoDuration;
import java.time.Duration;

/// Reads routes that stand elsewhere as if they stood in the file: with the same defaults, checks and
/// words. Thread-safe.
public final class RouteBinder {
    private final ObjectNode defaults;
    private final JsonNode services;
    private final boolean timeoutGiven;

    /// @param merged file, flags and defaults; not to be changed
    RouteBinder(ObjectNode merged, boolean timeoutGiven) {
        this.defaults = merged.path("route-defaults") instanceof ObjectNode given ? given : ConfigLoader.noFlags();
        this.services = merged.path("services");
        this.timeoutGiven = timeoutGiven;
    }

    /// That of a route which says nothing of it.
    public Duration deadline() {
        return GoDuration.parse(defaults.path("deadline").asText());
    }

    /// The result of reading a route.
    public sealed interface Bound {
        /// It is valid by itself.
        ///
        /// @param definition of its service: the file's, where that lists it
        record Accepted(Route route, GatewayConfig.Service definition) implements Bound {}

        /// It is not.
        ///
        /// @param reason the key, a colon, and what was expected
        record Refused(String reason) implements Bound {}
    }

    /// Reads one route. Whatever is wrong with it, this returns.
    public Bound bind(TagRoute tagged) {
        JsonNode listed = services.path(tagged.service());
        try {
            Route route = ConfigLoader.bindRoute(tagged.route().deepCopy(), defaults, timeoutGiven);
            GatewayConfig.Service definition =
                    ConfigLoader.bindService(listed instanceof ObjectNode given ? given : tagged.definition());
            boolean callable =
                    !(route.action() instanceof Action.Forward to && to.transcode()) || definition.isTranscodable();
            return callable
                    ? new Bound.Accepted(route, definition)
                    : new Bound.Refused("transcode: expected gateway.reflection=true with it");
        } catch (JsonProcessingException e) {
            return new Bound.Refused(ConfigError.of(e, Positions.NONE).toString());
        } catch (RuntimeException | StackOverflowError e) {
            return new Bound.Refused("the tags cannot be read: " + e);
        }
    }
}
