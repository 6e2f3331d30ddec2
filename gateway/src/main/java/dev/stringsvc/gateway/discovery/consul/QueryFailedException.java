package dev.stringsvc.gateway.discovery.consul;

/// Consul gave no valid answer. The message is one sentence for operators.
final class QueryFailedException extends Exception {
    private static final long serialVersionUID = 1;

    QueryFailedException(String message) {
        super(message);
    }

    QueryFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
