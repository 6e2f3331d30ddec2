package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.BodyMemory;
import dev.stringsvc.gateway.client.ClientBody;
import dev.stringsvc.gateway.client.ClientInput;
import dev.stringsvc.gateway.client.ClientTimeouts;
import dev.stringsvc.gateway.client.MinimumRate;
import dev.stringsvc.gateway.client.PayloadTooLargeException;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/// Takes the body off a client's request: a small one into memory, so that it can be sent again; a
/// larger one as a stream that is read while it is sent, and whose beginning is remembered. Nothing is
/// sent before the whole body is here, or as much of it as is remembered: until then a slow client
/// costs no instance anything. Where a route streams its requests, nothing is waited for. Thread-safe.
public final class RequestBodies {
    private static final int FIRST = 1_024;
    private static final MinimumRate ANY_RATE = new MinimumRate(0, Duration.ZERO);

    private final ClientLimits limits;
    private final BodyMemory memory;

    /// @param memory for all bodies together
    public RequestBodies(ClientLimits limits, BodyMemory memory) {
        this.limits = limits;
        this.memory = memory;
    }

    /// The body that the request announces, still to be read; to be closed when the request is over.
    ///
    /// @param most the longest that is taken, in bytes
    /// @param streams true if it may come as slowly as the client likes, but for the longest pause
    /// @throws PayloadTooLargeException when the client says that the body is longer than the limit
    ClientBody open(Request request, long most, boolean streams) throws IOException {
        HttpFields head = request.getHeaders();
        long length = head.getLongField(HttpHeader.CONTENT_LENGTH);
        if (length > most) {
            throw new PayloadTooLargeException(most);
        }
        boolean none = length == 0 || (length < 0 && !head.contains(HttpHeader.TRANSFER_ENCODING));
        if (none) {
            return ClientBody.none();
        }
        ClientTimeouts timeouts = limits.timeouts();
        var in = new ClientInput(request, streams ? timeouts.stream() : timeouts.idle());
        MinimumRate slowest = streams ? ANY_RATE : limits.slowest();
        return new ClientBody(in, in::stop, length, most, slowest.start());
    }

    /// Reads what is kept. Memory is taken for what has come, not for what is announced; where there is no
    /// more of it, the body is streamed.
    ///
    /// @param trailers asked for after the end of a body whose length the client did not say
    /// @throws IOException when the client breaks off, or is too slow
    Body read(ClientBody in, Supplier<HeaderFields> trailers) throws IOException {
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
                    var whole = new SequenceInputStream(new ByteArrayInputStream(begin), in);
                    return streamed(in, whole, Math.min(size, limits.replayBytes()), trailers);
                }
                begin = Arrays.copyOf(begin, next);
            }
            size += Math.max(0, in.read(begin, size, begin.length - size));
        }
        return new Body.Buffered(
                size == begin.length ? begin : Arrays.copyOf(begin, size),
                in.length() < 0 ? trailers.get() : HeaderFields.NONE);
    }

    /// The body as it comes. Waits for nothing.
    ///
    /// @param trailers asked for after the end of a body whose length the client did not say
    public Body stream(ClientBody in, Supplier<HeaderFields> trailers) throws IOException {
        int most = (int) Math.min(in.length() < 0 ? Long.MAX_VALUE : in.length(), limits.replayBytes());
        return in.length() <= most && in.isHere(most) ? read(in, trailers) : streamed(in, in, most, trailers);
    }

    /// @param whole the body from its first byte
    /// @param beginning how many bytes are to be remembered, if there is memory for them
    private Body streamed(ClientBody in, InputStream whole, int beginning, Supplier<HeaderFields> trailers) {
        int remembered = in.keep(beginning, memory) ? beginning : 0;
        in.stream(beginning);
        return new Body.Streamed(whole, in.length(), remembered, trailers);
    }
}
