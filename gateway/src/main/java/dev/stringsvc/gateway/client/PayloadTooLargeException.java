package dev.stringsvc.gateway.client;

import java.io.IOException;

/// The client's body is longer than the limit.
public final class PayloadTooLargeException extends IOException {
    private static final long serialVersionUID = 1;

    /// The limit, in bytes.
    public final long most;

    public PayloadTooLargeException(long most) {
        this.most = most;
    }
}
