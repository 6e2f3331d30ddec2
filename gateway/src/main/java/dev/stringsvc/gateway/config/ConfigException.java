package dev.stringsvc.gateway.config;

import dev.stringsvc.program.Excerpt;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The configuration cannot be used. The message is for the operator: file, line, key, and what was
/// expected.
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;
    /// In characters.
    private static final int LONGEST = 1_000;

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private final transient @Nullable ConfigError error;

    ConfigException(String message) {
        super(inOneLine(message));
        this.error = null;
    }

    public ConfigException(String message, Throwable cause) {
        super(inOneLine(message), cause);
        this.error = null;
    }

    /// @param file that the error is in, if it has a position
    ConfigException(String file, ConfigError error, Throwable cause) {
        super(
                inOneLine(error.position()
                                .map(position -> file + ":" + position.line() + ": ")
                                .orElse("")
                        + error.key() + ": " + error.problem()),
                cause);
        this.error = error;
    }

    /// The value that is not valid; empty if the file cannot be read or is not YAML.
    public Optional<ConfigError> error() {
        return Optional.ofNullable(error);
    }

    /// A message quotes what it refuses, which may have many lines, and be long.
    private static String inOneLine(String message) {
        return CONTROL.matcher(Excerpt.of(message, LONGEST)).replaceAll(" ");
    }
}
