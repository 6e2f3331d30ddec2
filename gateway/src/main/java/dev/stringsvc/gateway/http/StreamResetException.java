package dev.stringsvc.gateway.http;

import java.io.IOException;

/// The instance has ended a stream with RST_STREAM.
public final class StreamResetException extends IOException {
    private static final long serialVersionUID = 1;

    private final int code;

    /// @param name of the code
    public StreamResetException(int code, String name) {
        super("the instance reset the stream: " + name);
        this.code = code;
    }

    /// The error code (RFC 9113, section 7).
    public int code() {
        return code;
    }
}
