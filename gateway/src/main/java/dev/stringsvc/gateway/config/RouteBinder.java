package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.gateway.route.Route;

/// Reads routes that stand elsewhere as if they stood in the file: with the same defaults, checks and words.
/// Thread-safe.
public final class RouteBinder {
    private static final String ROUTES = "routes";
    private static final String SERVICES = "services";
    private static final String WITHIN = ROUTES + "[0]";

    private final ObjectNode rest;
    private final JsonNode services;
    private final boolean timeoutGiven;

    /// @param merged file, flags and defaults; taken over
    RouteBinder(ObjectNode merged, boolean timeoutGiven) {
        merged.remove(ROUTES);
        this.services = merged.path(SERVICES);
        merged.remove(SERVICES);
        // no route depends on it, and its files are read whenever it is bound
        merged.remove("tls");
        merged.putObject("tls").put("certificate", "").put("key", "");
        this.rest = merged;
        this.timeoutGiven = timeoutGiven;
    }

    /// What came of a route.
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

    /// Reads one route.
    public Bound bind(TagRoute tagged) {
        ObjectNode whole = rest.deepCopy();
        whole.putArray(ROUTES).add(tagged.route().deepCopy());
        JsonNode listed = services.path(tagged.service());
        whole.putObject(SERVICES).set(tagged.service(), (listed.isObject() ? listed : tagged.definition()).deepCopy());
        try {
            GatewayConfig config = ConfigLoader.bind(whole, timeoutGiven);
            return new Bound.Accepted(config.routes().routes().getFirst(), config.service(tagged.service()));
        } catch (JsonProcessingException e) {
            Complaint complaint = Complaint.of(e);
            String key =
                    complaint.key().startsWith(WITHIN) ? complaint.key().substring(WITHIN.length()) : complaint.key();
            String shown = key.startsWith(".") ? key.substring(1) : key;
            return new Bound.Refused(shown.isEmpty() ? complaint.text() : shown + ": " + complaint.text());
        }
    }
}
