package dev.stringsvc.gateway.server;

import dev.stringsvc.gateway.transport.Body;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.util.Arrays;

/// Takes the body off a client's request: a small one into memory, so that it can be sent again; a larger one as a
/// stream that is read while it is sent. Nothing is sent before the whole body is here, or as much of it as would be
/// kept: a client that is slow costs no instance anything until then. Immutable.
///
/// @param replayBytes the longest body that is kept
/// @param mostBytes the longest body that is taken
record RequestBodies(int replayBytes, long mostBytes) {
    private static final int FIRST = 1_024;

    /// The body that the request announces, still to be read.
    ///
    /// @throws PayloadTooLargeException when the client says that the body is longer than the limit
    ClientBody open(HttpServletRequest request) throws IOException {
        long length = request.getContentLengthLong();
        if (length > mostBytes) {
            throw new PayloadTooLargeException();
        }
        return length == 0 || (length < 0 && request.getHeader("Transfer-Encoding") == null)
                ? ClientBody.none()
                : new ClientBody(request.getInputStream(), length, mostBytes);
    }

    /// Reads what is kept. Memory is taken for what has come, not for what is announced.
    ///
    /// @throws IOException when the client breaks off
    Body read(ClientBody in) throws IOException {
        if (in.length() == 0) {
            return new Body.None();
        }
        int most = in.length() < 0 ? replayBytes + 1 : (int) Math.min(in.length(), replayBytes + 1L);
        byte[] begin = new byte[0];
        int size = 0;
        while (!in.ended()) {
            if (size > replayBytes) {
                return new Body.Streamed(new SequenceInputStream(new ByteArrayInputStream(begin), in), in.length());
            }
            if (size == begin.length) {
                begin = Arrays.copyOf(begin, Math.min(Math.max(FIRST, size * 2), most));
            }
            size += Math.max(0, in.read(begin, size, begin.length - size));
        }
        return new Body.Buffered(size == begin.length ? begin : Arrays.copyOf(begin, size));
    }
}
