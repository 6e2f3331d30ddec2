package dev.stringsvc.gateway.server;

import java.io.IOException;

/// The client's body is longer than the gateway takes.
final class PayloadTooLargeException extends IOException {
    private static final long serialVersionUID = 1;
}
