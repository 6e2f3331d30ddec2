package dev.stringsvc.gateway.http;

import java.io.IOException;

/// The client has gone away, so the answer is no longer needed.
public final class AbandonedException extends IOException {
    private static final long serialVersionUID = 1;

    public AbandonedException() {
        super("nobody waits for the answer any more");
    }
}
