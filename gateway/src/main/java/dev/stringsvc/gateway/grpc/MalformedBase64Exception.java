package dev.stringsvc.gateway.grpc;

import java.io.IOException;

/// The body of a gRPC-Web request says that it is base64, and is not.
public final class MalformedBase64Exception extends IOException {
    public static final String DETAIL = "The body is not valid base64.";

    private static final long serialVersionUID = 1;

    MalformedBase64Exception() {
        super(DETAIL);
    }
}
