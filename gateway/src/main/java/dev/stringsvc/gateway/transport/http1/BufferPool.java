package dev.stringsvc.gateway.transport.http1;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A pool of buffers for reading from instances, so that only connections with unparsed bytes hold one.
/// Thread-safe, without a lock.
final class BufferPool {
    /// In bytes: enough for the largest TLS record, and for its content.
    static final int SIZE = 17_408;

    private static final int MAX_FREE = 256;

    private final ConcurrentLinkedDeque<ByteBuffer> free = new ConcurrentLinkedDeque<>();
    private final AtomicInteger kept = new AtomicInteger();

    /// Takes an empty buffer, the one that was given back last.
    ByteBuffer lend() {
        @Nullable ByteBuffer last = free.pollFirst();
        if (last == null) {
            return ByteBuffer.allocate(SIZE);
        }
        kept.decrementAndGet();
        return last.clear();
    }

    /// Gives a buffer back. The caller must not use it afterwards.
    void giveBack(ByteBuffer buffer) {
        if (kept.incrementAndGet() > MAX_FREE) {
            kept.decrementAndGet();
        } else {
            free.addFirst(buffer);
        }
    }
}
