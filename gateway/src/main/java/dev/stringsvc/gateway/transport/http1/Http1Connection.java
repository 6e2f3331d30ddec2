package dev.stringsvc.gateway.transport.http1;

import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.transport.BodySender;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A connection to an instance, which carries one request at a time. One thread may read while another
/// writes.
final class Http1Connection {
    private final Wire wire;
    private final BufferPool buffers;
    private final ResponseParser parser = new ResponseParser();
    /// Bytes that were read and are not parsed yet; `null` if there are none, so that an idle connection
    /// holds no buffer.
    private @Nullable ByteBuffer in;

    Http1Connection(Wire wire, BufferPool buffers) {
        this.wire = wire;
        this.buffers = buffers;
    }

    Wire wire() {
        return wire;
    }

    ResponseParser parser() {
        return parser;
    }

    /// Prepares for a response, which [#await] waits for.
    ///
    /// @param toHead true if the request's method is HEAD
    void expect(boolean toHead) throws IOException {
        parser.begin(toHead);
        wire.expect(this::buffer);
    }

    /// Called by the request's thread, or by the selector's thread while the request's thread waits.
    private ByteBuffer buffer() {
        @Nullable ByteBuffer buffer = in;
        if (buffer == null) {
            buffer = buffers.lend();
            in = buffer;
        }
        return buffer;
    }

    /// Waits for the first bytes of the response.
    ///
    /// @throws EOFException if the connection ends instead
    void await() throws IOException {
        if (ended(wire.await())) {
            throw new EOFException("the connection ended before the answer's head");
        }
    }

    private boolean ended(int n) {
        if (n > 0) {
            buffer().flip();
        }
        return n < 0;
    }

    /// Parses what was read.
    ResponseParser.Event parse() throws IOException {
        @Nullable ByteBuffer buffer = in;
        if (buffer == null) {
            return parser.parse(ByteBuffer.allocate(0));
        }
        ResponseParser.Event event = parser.parse(buffer);
        if (event == ResponseParser.Event.MORE && !buffer.hasRemaining()) {
            giveBack();
        }
        return event;
    }

    /// Writes the part of the body that was parsed last to `out`.
    @SuppressWarnings("ByteBufferBackingArray") // the pool has heap buffers only, each with its own array
    void writeContent(OutputStream out) throws IOException {
        ByteBuffer parsed = buffer();
        int length = parser.contentLength();
        out.write(parsed.array(), parsed.position() - length, length);
    }

    /// Reads what has arrived, without waiting.
    ///
    /// @return the number of bytes; 0 if nothing has arrived; -1 at the connection's end
    int readMore() throws IOException {
        if (!hasRead()) {
            giveBack(); // it is parsed to its end and may have no room left
        }
        int n = wire.read(buffer());
        if (n > 0) {
            buffer().flip();
        } else {
            giveBack();
        }
        return n;
    }

    /// Waits until more comes.
    ///
    /// @return false at the connection's end
    boolean awaitMore() throws IOException {
        wire.expect(this::buffer);
        return !ended(wire.await());
    }

    private void giveBack() {
        @Nullable ByteBuffer buffer = in;
        if (buffer != null) {
            in = null;
            buffers.giveBack(buffer);
        }
    }

    /// True if bytes were read that are not parsed.
    boolean hasRead() {
        return in != null && in.hasRemaining();
    }

    /// Takes bytes that were read, without parsing them.
    int take(byte[] bytes) {
        ByteBuffer buffer = buffer();
        int n = Math.min(bytes.length, buffer.remaining());
        buffer.get(bytes, 0, n);
        if (!buffer.hasRemaining()) {
            giveBack();
        }
        return n;
    }

    /// Makes the connection idle, ready for another request. Whatever arrives meanwhile closes it.
    ///
    /// @return false if the instance has sent more than its response, so that the connection cannot be
    /// used again
    boolean idle() {
        boolean quiet = !hasRead();
        giveBack();
        if (quiet && wire.releaseBuffers()) {
            wire.tcp().idle();
            return true;
        }
        return false;
    }

    /// Closes the connection. Only the thread that reads from it may call this.
    void close() {
        wire.cut();
        if (!wire.tcp().isExpecting()) {
            giveBack(); // otherwise the selector's thread may be reading into the buffer
        }
    }

    /// Writes a request's body.
    ///
    /// @param length in bytes; -1 for a body in chunks
    BodySender.Sink sink(long length) {
        return length < 0 ? new Chunks() : new Plain();
    }

    private class Plain implements BodySender.Sink {
        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            wire.writeFully(ByteBuffer.wrap(bytes, from, count));
        }

        @Override
        public void end(HeaderFields trailers) throws IOException {
            wire.writeFully(ByteBuffer.allocate(0));
        }

        @Override
        public void abort() {
            wire.cut();
        }
    }

    private final class Chunks extends Plain {
        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            writeAll(RequestWriter.chunkBegin(count), ByteBuffer.wrap(bytes, from, count), RequestWriter.chunkEnd());
        }

        private void writeAll(ByteBuffer... parts) throws IOException {
            if (!wire.write(parts)) {
                for (ByteBuffer part : parts) {
                    wire.writeFully(part);
                }
            }
        }

        @Override
        public void end(HeaderFields trailers) throws IOException {
            wire.writeFully(RequestWriter.lastChunk(trailers));
        }
    }
}
