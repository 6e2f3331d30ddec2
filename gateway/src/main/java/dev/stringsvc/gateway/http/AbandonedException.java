package dev.stringsvc.gateway.http;

import java.io.IOException;

/// Ends an exchange whose answer is no longer needed, for example because the client has gone away.
public final class AbandonedException extends IOException {
    private static final long serialVersionUID = 1;

    public AbandonedException() {
        super("nobody waits for the answer any more");
    }
}
