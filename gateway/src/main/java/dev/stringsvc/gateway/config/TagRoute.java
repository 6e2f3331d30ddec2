package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/// A route as the tags of a service say it. Not to be changed.
///
/// @param route in the shape that it would have in the file
/// @param definition of the service, likewise; empty where the tags say nothing of it
/// @param refusal why it cannot be; `null` where its tags are in order
public record TagRoute(
        String name,
        String service,
        ObjectNode route,
        ObjectNode definition,
        @Nullable String refusal) {
    public TagRoute refused(String reason) {
        return new TagRoute(name, service, route, definition, reason);
    }
}
