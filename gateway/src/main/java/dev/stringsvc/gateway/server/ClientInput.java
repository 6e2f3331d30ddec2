package dev.stringsvc.gateway.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.IO;
import org.jspecify.annotations.Nullable;

/// What Jetty reads of a request's body, as a stream that knows what is here already. What has been
/// read is given back at once: in HTTP/2 the client may send as much again then, on all streams of its
/// connection. Used by one thread.
final class ClientInput extends InputStream {
    private static final Content.Chunk CLOSED = Content.Chunk.from(new IOException("the body is closed"));

    private final Content.Source source;
    private Content.@Nullable Chunk chunk;

    ClientInput(Content.Source source) {
        this.source = source;
    }

    /// How many bytes are here at least. Never waits.
    @Override
    public int available() {
        while (chunk == null || isEmpty(chunk)) {
            release();
            chunk = source.read();
            if (chunk == null) {
                return 0;
            }
        }
        return Content.Chunk.isFailure(chunk) ? 0 : chunk.remaining();
    }

    private static boolean isEmpty(Content.Chunk chunk) {
        return !chunk.hasRemaining() && !chunk.isLast() && !Content.Chunk.isFailure(chunk);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int from, int count) throws IOException {
        Objects.checkFromIndexSize(from, count, bytes.length);
        while (available() == 0 && chunk == null) {
            try (Blocker.Runnable more = Blocker.runnable()) {
                source.demand(more);
                more.block();
            }
        }
        Content.Chunk here = Objects.requireNonNull(chunk);
        if (Content.Chunk.isFailure(here)) {
            chunk = Content.Chunk.next(here);
            throw IO.rethrow(here.getFailure());
        }
        ByteBuffer buffer = here.getByteBuffer();
        if (!buffer.hasRemaining()) {
            return -1;
        }
        int n = Math.min(buffer.remaining(), count);
        buffer.get(bytes, from, n);
        if (!buffer.hasRemaining()) {
            chunk = Content.Chunk.next(here);
            here.release();
        }
        return n;
    }

    private void release() {
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
    }

    /// Lets go of what was not read; nothing can be read any more.
    @Override
    public void close() {
        release();
        chunk = Content.Chunk.next(CLOSED); // with an exception of its own, should it be read
    }
}
