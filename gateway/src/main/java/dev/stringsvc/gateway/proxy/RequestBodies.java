package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.BodyMemory;
import dev.stringsvc.gateway.client.ClientBody;
import dev.stringsvc.gateway.client.ClientInput;
import dev.stringsvc.gateway.client.ClientTimeouts;
import dev.stringsvc.gateway.client.MinimumRate;
import dev.stringsvc.gateway.client.PayloadTooLargeException;
import dev.stringsvc.gateway.grpc.Base64Input;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/// Reads the body of a client's request: a small one into memory, so that it can be sent again; a
/// larger one as a stream whose beginning is remembered. An instance gets nothing before the body, or
/// the remembered part of it, has arrived, so a slow client costs instances nothing; a route that
/// streams its requests does not wait. Thread-safe.
public final class RequestBodies {
    private static final int FIRST = 1_024;
    private static final int CHUNK = 16_384;

    private final ClientLimits limits;
    private final BodyMemory memory;

    /// @param memory shared by all bodies
    public RequestBodies(ClientLimits limits, BodyMemory memory) {
        this.limits = limits;
        this.memory = memory;
    }

    /// The body that the request announces, not yet read; must be closed when the request is over.
    ///
    /// @param most the longest accepted body, in bytes, after base64 is decoded
    /// @param streams true if the body may come at any rate, as long as no pause exceeds the timeout of
    /// streams
    /// @throws PayloadTooLargeException when the client says that the body is longer than the limit
    ClientBody open(ClientRequest request, long most, boolean streams) throws IOException {
        HttpFields head = request.fields();
        boolean text = request.web() != null && request.web().textRequest();
        long length = head.getLongField(HttpHeader.CONTENT_LENGTH);
        if (length > most && !text) {
            throw new PayloadTooLargeException(most);
        }
        boolean none = length == 0 || (length < 0 && !head.contains(HttpHeader.TRANSFER_ENCODING));
        if (none) {
            return ClientBody.none();
        }
        ClientTimeouts timeouts = limits.timeouts();
        var in = new ClientInput(
                request.request(), streams ? timeouts.stream() : timeouts.idle(), request.scope()::takenAt);
        MinimumRate slowest = streams ? MinimumRate.any(timeouts.stream()) : limits.slowest();
        return text
                ? new ClientBody(new Base64Input(in), in::stop, -1, most, slowest.start())
                : new ClientBody(in, in::stop, length, most, slowest.start());
    }

    /// Reads the remembered part of the body. Memory is taken for the bytes that have arrived, not for
    /// the announced length; if no memory is left, the body is streamed.
    ///
    /// @param trailers called after the end of a body of unknown length
    /// @throws IOException when the client breaks off, or is too slow
    Body read(ClientBody in, Supplier<HeaderFields> trailers) throws IOException {
        int most = in.length() < 0 ? limits.replayBytes() + 1 : (int) Math.min(in.length(), limits.replayBytes());
        byte[] begin = new byte[0];
        int size = 0;
        while (!in.ended()) {
            if (size == begin.length) {
                int next = Math.min(Math.max(FIRST, size * 2), most);
                if (size == most || !in.keep(next - size, memory)) {
                    return streamed(in, after(begin, size, in), Math.min(size, limits.replayBytes()), trailers);
                }
                begin = Arrays.copyOf(begin, next);
            }
            size += Math.max(0, in.read(begin, size, begin.length - size));
        }
        return kept(in, size == begin.length ? begin : Arrays.copyOf(begin, size), trailers);
    }

    /// All bytes of a body that [#read] has begun; `null` if no memory is left for them.
    ///
    /// @param most in bytes
    /// @throws PayloadTooLargeException if the body is longer
    byte @Nullable [] whole(ClientBody in, Body body, int most) throws IOException {
        return switch (body) {
            case Body.None() -> new byte[0];
            case Body.Buffered(byte[] bytes, var ignored) -> bytes;
            case Body.Streamed streamed -> collect(in, streamed, most);
        };
    }

    private byte @Nullable [] collect(ClientBody in, Body.Streamed body, int most) throws IOException {
        byte[] bytes = new byte[0];
        byte[] chunk = new byte[CHUNK];
        int size = 0;
        for (int n; (n = body.read(size, chunk)) >= 0; size += n) {
            if (size + n > most) {
                throw new PayloadTooLargeException(most);
            }
            if (size + n > bytes.length) {
                int next = Math.min(most, Math.max(size + n, size * 2));
                if (!in.keep(next - bytes.length, memory)) {
                    return null;
                }
                bytes = Arrays.copyOf(bytes, next);
            }
            System.arraycopy(chunk, 0, bytes, size, n);
        }
        return Arrays.copyOf(bytes, size);
    }

    /// Takes memory for what a body is turned into; false if there is not enough.
    boolean reserve(ClientBody in, int bytes) {
        return in.keep(bytes, memory);
    }

    /// Streams the body without waiting for its beginning. A short body of which all has arrived is kept.
    ///
    /// @param trailers called after the end of a body of unknown length
    public Body stream(ClientBody in, Supplier<HeaderFields> trailers) throws IOException {
        int most = (int) Math.min(in.length() < 0 ? Long.MAX_VALUE : in.length(), limits.replayBytes());
        byte[] begin = new byte[0];
        int size = 0;
        while (size < most && in.isReady() && !in.ended()) {
            if (size == begin.length) {
                int next = Math.min(Math.max(FIRST, size * 2), most);
                if (!in.keep(next - size, memory)) {
                    break;
                }
                begin = Arrays.copyOf(begin, next);
            }
            size += Math.max(0, in.read(begin, size, begin.length - size));
        }
        return in.ended()
                ? kept(in, Arrays.copyOf(begin, size), trailers)
                : streamed(in, after(begin, size, in), most, trailers);
    }

    private static Body kept(ClientBody in, byte[] bytes, Supplier<HeaderFields> trailers) {
        return in.length() == 0
                ? new Body.None()
                : new Body.Buffered(bytes, in.length() < 0 ? trailers.get() : HeaderFields.NONE);
    }

    private static InputStream after(byte[] begin, int size, ClientBody in) {
        return size == 0 ? in : new SequenceInputStream(new ByteArrayInputStream(begin, 0, size), in);
    }

    /// @param whole the body from its first byte
    /// @param beginning how many bytes to remember, if there is memory for them
    private Body streamed(ClientBody in, InputStream whole, int beginning, Supplier<HeaderFields> trailers) {
        int remembered = in.keep(beginning, memory) ? beginning : 0;
        in.stream(beginning);
        return new Body.Streamed(whole, in.length(), remembered, trailers);
    }
}
