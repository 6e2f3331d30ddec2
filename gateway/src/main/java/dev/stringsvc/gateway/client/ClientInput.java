package dev.stringsvc.gateway.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.IO;
import org.jspecify.annotations.Nullable;

/// The part of a request's body that Jetty has read, as a stream. BufferPool are released as soon as
/// they are read, which in HTTP/2 lets the client send more. Used by one thread at a time, except where
/// noted.
public final class ClientInput extends InputStream {
    private static final Content.Chunk CLOSED = Content.Chunk.from(new IOException("the body is closed"));

    private final Content.Source source;
    private final Duration timeout;
    private final LongSupplier takenAt;
    /// Has a permit when something may have arrived, or [#stop] was called.
    private final Semaphore news = new Semaphore(0);

    private volatile boolean stopped;
    private Content.@Nullable Chunk chunk;

    /// @param timeout the longest wait of a read, after which it fails with a [TimeoutException] as its
    /// cause
    public ClientInput(Content.Source source, Duration timeout) {
        long created = System.nanoTime();
        this(source, timeout, () -> created);
    }

    /// @param timeout the longest silence of the client, after which a read fails with a
    /// [TimeoutException] as its cause
    /// @param takenAt when the client last took a part of its response, by [System#nanoTime]; a client that
    /// takes is not silent
    public ClientInput(Content.Source source, Duration timeout, LongSupplier takenAt) {
        this.source = source;
        this.timeout = timeout;
        this.takenAt = takenAt;
    }

    /// Ends a waiting read, and makes further reads fail if they would wait. Any thread may call this.
    /// Jetty may still call back for the demand of the read.
    public void stop() {
        stopped = true;
        news.release();
    }

    /// The number of bytes that can be read without waiting, or fewer.
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

    /// True if a read does not wait, since bytes or the end of the body have arrived.
    public boolean isReady() {
        return available() > 0 || chunk != null;
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
            if (stopped) {
                throw new IOException("the body is no longer read");
            }
            source.demand(news::release);
            awaitNews();
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

    private void awaitNews() throws IOException {
        try {
            long since = System.nanoTime();
            long left = timeout.toNanos();
            while (left > 0 && !news.tryAcquire(left, TimeUnit.NANOSECONDS)) {
                long now = System.nanoTime();
                left = timeout.toNanos() - Math.min(now - since, now - takenAt.getAsLong());
            }
            if (left <= 0) {
                stopped = true;
                throw new IOException(new TimeoutException("nothing came in " + timeout.toMillis() + " ms"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
        if (stopped) {
            throw new IOException("the body is no longer read");
        }
    }

    private void release() {
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
    }

    /// Releases what was not read. Further reads fail.
    @Override
    public void close() {
        release();
        chunk = Content.Chunk.next(CLOSED); // makes a later read fail
    }
}
