package dev.stringsvc.gateway.transport.h2;

import java.io.IOException;
import org.eclipse.jetty.http2.ErrorCode;

/// The instance has ended a stream with RST_STREAM.
public final class StreamResetException extends IOException {
    private static final long serialVersionUID = 1;

    private final int code;

    StreamResetException(int code) {
        super("the instance reset the stream: " + ErrorCode.toString(code, Integer.toString(code)));
        this.code = code;
    }

    /// The error code (RFC 9113, section 7).
    public int code() {
        return code;
    }
}
