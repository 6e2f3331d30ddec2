package dev.stringsvc.gateway.http;

import java.io.IOException;

/// The time that the client gave a gRPC call is over.
public final class CallDeadlineException extends IOException {
    private static final long serialVersionUID = 1;

    public CallDeadlineException() {
        super("the call's deadline has passed");
    }
}
