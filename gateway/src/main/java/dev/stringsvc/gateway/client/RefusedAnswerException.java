package dev.stringsvc.gateway.client;

import java.io.IOException;

/// Jetty refused to write the head of a response, since the client's protocol cannot carry it.
public final class RefusedAnswerException extends IOException {
    private static final long serialVersionUID = 1;

    RefusedAnswerException(Throwable cause) {
        super(cause.getMessage(), cause);
    }
}
