package dev.stringsvc.gateway.transport.http1;

import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.transport.BodySender;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A connection to an instance, which carries one request at a time. One thread reads; one may write
/// meanwhile.
final class Http1Connection {
    private final Wire wire;
    private final Buffers buffers;
    private final ResponseParser parser = new ResponseParser();
    /// What was read and is not parsed yet; `null` where that is nothing. While it waits, the connection
    /// has no buffer.
    private @Nullable ByteBuffer in;

    Http1Connection(Wire wire, Buffers buffers) {
        this.wire = wire;
        this.buffers = buffers;
    }

    Wire wire() {
        return wire;
    }

    ResponseParser parser() {
        return parser;
    }

    /// Begins to listen for an answer, which [#await] waits for.
    ///
    /// @param toHead true if the request's method is HEAD
    void expect(boolean toHead) throws IOException {
        parser.begin(toHead);
        wire.expect(this::buffer);
    }

    /// Called by the thread of a request, or by the selector's while that one waits.
    private ByteBuffer buffer() {
        @Nullable ByteBuffer buffer = in;
        if (buffer == null) {
            buffer = buffers.lend();
            in = buffer;
        }
        return buffer;
    }

    /// Waits for what is expected.
    ///
    /// @throws EOFException where the connection ends instead
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

    /// Parses what is here.
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

    /// Writes the part of the body that was parsed last.
    @SuppressWarnings("ByteBufferBackingArray") // each buffer that is lent has an array of its own
    void writeContent(OutputStream out) throws IOException {
        ByteBuffer parsed = buffer();
        int length = parser.contentLength();
        out.write(parsed.array(), parsed.position() - length, length);
    }

    /// Reads what has come, without waiting.
    ///
    /// @return how many bytes; 0 where that is nothing; -1 at the connection's end
    int readMore() throws IOException {
        if (!hasRead()) {
            giveBack(); // it is used up and has no room left
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

    /// True if bytes are here that were not looked at.
    boolean hasRead() {
        return in != null && in.hasRemaining();
    }

    /// Takes bytes that are here.
    int take(byte[] bytes) {
        ByteBuffer buffer = buffer();
        int n = Math.min(bytes.length, buffer.remaining());
        buffer.get(bytes, 0, n);
        if (!buffer.hasRemaining()) {
            giveBack();
        }
        return n;
    }

    /// Gives up the connection to the selector, to be used again. Whatever comes meanwhile closes it.
    ///
    /// @return false where the other end has said more than an answer
    boolean rest() {
        boolean quiet = !hasRead();
        giveBack();
        if (quiet && wire.rest()) {
            wire.tcp().idle();
            return true;
        }
        return false;
    }

    /// Closes the connection. To be called by the thread that reads from it.
    void close() {
        wire.cut();
        if (!wire.tcp().isExpecting()) {
            giveBack(); // else the selector may be reading into it
        }
    }

    /// Where a body of this length goes; -1 for a body in chunks.
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
