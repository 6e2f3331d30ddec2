package dev.stringsvc.gateway.transport.http1;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.Sendable;
import dev.stringsvc.gateway.http.UpstreamRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Writes a request's head in ISO 8859-1. Used by one thread.
final class RequestWriter {
    private static final int FIRST = 1_024;
    private static final byte[] LAST_CHUNK = ascii("0\r\n");
    private static final byte[] LINE_END = ascii("\r\n");

    private byte[] bytes = new byte[FIRST];
    private int size;

    /// @param host the `Host` of a request that has none
    /// @param close true to ask the instance to close the connection after its response
    static ByteBuffer head(UpstreamRequest request, String host, boolean close) {
        var writer = new RequestWriter();
        @Nullable String query = request.query();
        writer.add(request.method()).add(" ").add(request.path());
        if (query != null) {
            writer.add("?").add(query);
        }
        HeaderFields fields = request.headers();
        @Nullable String given = fields.first("Host");
        writer.add(" HTTP/1.1\r\n").field("Host", given == null ? host : given);
        fields.forEach((name, value) -> {
            if (!name.equalsIgnoreCase("Host")) {
                writer.field(name, value);
            }
        });
        writer.framing(request);
        if (!request.upgrade()) {
            // TE is hop-by-hop, so Connection must name it (RFC 9110, section 10.1.4)
            boolean te = fields.first("TE") != null;
            if (te || close) {
                writer.field("Connection", te ? close ? "TE, close" : "TE" : "close");
            }
        }
        return writer.add("\r\n").done();
    }

    private void framing(UpstreamRequest request) {
        switch (request.body()) {
            case Body.None() -> noBody(request);
            case Body.Buffered(byte[] body, HeaderFields trailers) -> {
                if (body.length == 0 && trailers.isEmpty()) {
                    noBody(request);
                } else {
                    framing(trailers.isEmpty() ? body.length : -1);
                }
            }
            case Body.Streamed streamed -> framing(streamed.length());
        }
    }

    private void noBody(UpstreamRequest request) {
        if (request.expectsBody()) {
            field("Content-Length", "0");
        }
    }

    private void framing(long length) {
        if (length < 0) {
            field("Transfer-Encoding", "chunked");
        } else {
            field("Content-Length", Long.toString(length));
        }
    }

    /// The line before a chunk's bytes.
    static ByteBuffer chunkBegin(int length) {
        return ByteBuffer.wrap(ascii(Integer.toHexString(length) + "\r\n"));
    }

    /// The line end after a chunk's bytes.
    static ByteBuffer chunkEnd() {
        return ByteBuffer.wrap(LINE_END);
    }

    /// The last chunk and the trailers, which end a body in chunks.
    static ByteBuffer lastChunk(HeaderFields trailers) {
        var writer = new RequestWriter();
        writer.add(LAST_CHUNK);
        trailers.forEach((name, value) -> {
            if (Sendable.isField(name, value)) {
                writer.field(name, value);
            }
        });
        return writer.add("\r\n").done();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void field(String name, String value) {
        add(name).add(": ").add(value).add("\r\n");
    }

    private RequestWriter add(String text) {
        int length = text.length();
        ensure(length);
        for (int i = 0; i < length; i++) {
            bytes[size + i] = (byte) text.charAt(i);
        }
        size += length;
        return this;
    }

    private void add(byte[] more) {
        ensure(more.length);
        System.arraycopy(more, 0, bytes, size, more.length);
        size += more.length;
    }

    private void ensure(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
        }
    }

    private ByteBuffer done() {
        return ByteBuffer.wrap(bytes, 0, size);
    }
}
