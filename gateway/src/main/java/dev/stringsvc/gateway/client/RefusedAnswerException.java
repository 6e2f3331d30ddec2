package dev.stringsvc.gateway.client;

import java.io.IOException;

/// Jetty refused to write the head of an answer: the client's HTTP cannot carry it.
public final class RefusedAnswerException extends IOException {
    private static final long serialVersionUID = 1;

    RefusedAnswerException(Throwable cause) {
        super(cause.getMessage(), cause);
    }
}
