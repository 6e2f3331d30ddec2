package dev.stringsvc.gateway.transport;

import java.io.IOException;

/// The gateway has no file descriptor left for a connection. This does not count as a failure of the
/// instance.
public final class NoSocketException extends IOException {
    private static final long serialVersionUID = 1;

    public NoSocketException(IOException cause) {
        super("the gateway can open no more connections: " + cause.getMessage(), cause);
    }
}
