package dev.stringsvc.gateway.server;

import java.io.IOException;

/// The client's body is longer than is taken.
final class PayloadTooLargeException extends IOException {
    private static final long serialVersionUID = 1;

    /// What is taken, in bytes.
    final long most;

    PayloadTooLargeException(long most) {
        this.most = most;
    }
}
