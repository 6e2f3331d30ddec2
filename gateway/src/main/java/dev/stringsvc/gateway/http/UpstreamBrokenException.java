package dev.stringsvc.gateway.http;

import java.io.IOException;

/// The instance's side of the exchange broke after the head of its answer.
public final class UpstreamBrokenException extends IOException {
    private static final long serialVersionUID = 1;

    public UpstreamBrokenException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
