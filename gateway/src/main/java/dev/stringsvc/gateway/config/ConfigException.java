package dev.stringsvc.gateway.config;

/// The configuration cannot be used. The message is for the operator: file, line, key, and what was expected.
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    ConfigException(String message) {
        super(message);
    }

    ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
