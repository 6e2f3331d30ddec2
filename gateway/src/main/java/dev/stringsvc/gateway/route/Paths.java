package dev.stringsvc.gateway.route;

import dev.stringsvc.program.SettingException;
import java.util.Locale;

/// How a route treats paths that can be read in two ways.
public enum Paths {
    /// Refuses encoded slashes, and parameters that would change which route is found.
    STRICT,
    /// Passes encoded slashes and parameters on as they are. Parameters are ignored when a route is
    /// looked up.
    LENIENT;

    /// @throws SettingException for a value that is not valid
    public static Paths parse(String text) {
        for (Paths paths : values()) {
            if (paths.text().equals(text)) {
                return paths;
            }
        }
        throw new SettingException("paths", "expected strict or lenient, got '" + text + "'");
    }

    /// As it is configured.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
