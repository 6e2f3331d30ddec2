package dev.stringsvc.gateway.server;

import dev.stringsvc.gateway.transport.Body;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.util.Arrays;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/// Takes the body off a client's request: a small one into memory, so that it can be sent again; a larger one as a
/// stream that is read while it is sent. Nothing is sent before the whole body is here, or as much of it as would be
/// kept: a client that is slow costs no instance anything until then. Thread-safe.
final class RequestBodies {
    private static final int FIRST = 1_024;

    private final ClientLimits limits;
    private final BodyMemory memory;

    /// @param memory for all bodies together
    RequestBodies(ClientLimits limits, BodyMemory memory) {
        this.limits = limits;
        this.memory = memory;
    }

    /// The body that the request announces, still to be read; to be closed when the request is over.
    ///
    /// @param most the longest that is taken, in bytes
    /// @throws PayloadTooLargeException when the client says that the body is longer than the limit
    ClientBody open(Request request, long most) throws IOException {
        HttpFields head = request.getHeaders();
        long length = head.getLongField(HttpHeader.CONTENT_LENGTH);
        if (length > most) {
            throw new PayloadTooLargeException(most);
        }
        boolean none = length == 0 || (length < 0 && !head.contains(HttpHeader.TRANSFER_ENCODING));
        return none
                ? ClientBody.none()
                : new ClientBody(
                        new ClientInput(request), length, most, limits.slowest().start());
    }

    /// Reads what is kept. Memory is taken for what has come, not for what is announced; where there is no more of it,
    /// the body is streamed, and not sent again.
    ///
    /// @throws IOException when the client breaks off, or is too slow
    Body read(ClientBody in) throws IOException {
        if (in.length() == 0) {
            return new Body.None();
        }
        int most = in.length() < 0 ? limits.replayBytes() + 1 : (int) Math.min(in.length(), limits.replayBytes());
        byte[] begin = new byte[0];
        int size = 0;
        while (!in.ended()) {
            if (size == begin.length) {
                int next = Math.min(Math.max(FIRST, size * 2), most);
                if (size == most || !in.keep(next - size, memory)) {
                    return new Body.Streamed(new SequenceInputStream(new ByteArrayInputStream(begin), in), in.length());
                }
                begin = Arrays.copyOf(begin, next);
            }
            size += Math.max(0, in.read(begin, size, begin.length - size));
        }
        return new Body.Buffered(size == begin.length ? begin : Arrays.copyOf(begin, size));
    }
}
