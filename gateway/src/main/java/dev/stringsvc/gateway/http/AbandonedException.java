package dev.stringsvc.gateway.http;

import java.io.IOException;

/// Nobody waits for the answer any more.
public final class AbandonedException extends IOException {
    private static final long serialVersionUID = 1;

    public AbandonedException() {
        super("nobody waits for the answer any more");
    }
}
