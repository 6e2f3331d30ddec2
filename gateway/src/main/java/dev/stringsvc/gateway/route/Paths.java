package dev.stringsvc.gateway.route;

import java.util.Locale;

/// How a route takes paths that could be read in two ways.
public enum Paths {
    /// No encoded slashes, and no parameters that would make a difference to the route table.
    STRICT,
    /// Encoded slashes and parameters pass on as they are. Parameters are ignored when a route is looked for.
    LENIENT;

    /// @throws IllegalArgumentException whose message is the key, a colon, and what was expected
    public static Paths parse(String text) {
        for (Paths paths : values()) {
            if (paths.text().equals(text)) {
                return paths;
            }
        }
        throw new IllegalArgumentException("paths: expected strict or lenient, got '" + text + "'");
    }

    /// As it is configured.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
