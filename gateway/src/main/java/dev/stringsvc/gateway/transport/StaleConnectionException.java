package dev.stringsvc.gateway.transport;

import java.io.IOException;

/// The kept connection that was to be used is dead, or says what nobody asked for; nothing was sent on it.
final class StaleConnectionException extends IOException {
    private static final long serialVersionUID = 1;

    StaleConnectionException() {
        super("the kept connection is gone");
    }
}
