package dev.stringsvc.gateway.transport;

import java.io.IOException;

/// The gateway itself has no file descriptor left for a connection. The instance was not asked, and is
/// not to blame.
public final class NoSocketException extends IOException {
    private static final long serialVersionUID = 1;

    public NoSocketException(IOException cause) {
        super("the gateway can open no more connections: " + cause.getMessage(), cause);
    }
}
