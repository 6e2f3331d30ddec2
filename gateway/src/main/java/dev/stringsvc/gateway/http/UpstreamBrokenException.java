package dev.stringsvc.gateway.http;

import java.io.IOException;

/// The instance's side of a response broke after its head.
public final class UpstreamBrokenException extends IOException {
    private static final long serialVersionUID = 1;

    public UpstreamBrokenException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
