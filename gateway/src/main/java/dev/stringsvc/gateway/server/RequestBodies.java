package dev.stringsvc.gateway.server;

import dev.stringsvc.gateway.transport.Body;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;

/// Takes the body off a client's request: a small one into memory, so that it can be sent again; a larger one, or one
/// whose length is not known, as a stream that is read while it is sent. Immutable.
///
/// @param replayBytes the longest body that is kept
/// @param mostBytes the longest body that is taken
record RequestBodies(int replayBytes, long mostBytes) {
    /// @throws PayloadTooLargeException when the client says that the body is longer than the limit
    /// @throws IOException when the client breaks off
    Body read(HttpServletRequest request) throws IOException {
        long length = request.getContentLengthLong();
        if (length > mostBytes) {
            throw new PayloadTooLargeException();
        }
        if (length == 0 || (length < 0 && request.getHeader("Transfer-Encoding") == null)) {
            return new Body.None();
        }
        InputStream in = new LimitedInputStream(request.getInputStream(), mostBytes);
        if (length > replayBytes) {
            return new Body.Streamed(in, length);
        }
        return length > 0 ? known(in, (int) length) : unknown(in);
    }

    private static Body known(InputStream in, int length) throws IOException {
        byte[] bytes = new byte[length];
        if (in.readNBytes(bytes, 0, length) < length) {
            throw new IOException("the body ended before its length");
        }
        return new Body.Buffered(bytes);
    }

    private Body unknown(InputStream in) throws IOException {
        byte[] begin = in.readNBytes(replayBytes + 1);
        return begin.length <= replayBytes
                ? new Body.Buffered(begin)
                : new Body.Streamed(new SequenceInputStream(new ByteArrayInputStream(begin), in), -1);
    }
}
