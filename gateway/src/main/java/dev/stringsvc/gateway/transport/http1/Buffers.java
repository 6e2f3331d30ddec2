package dev.stringsvc.gateway.transport.http1;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Lends buffers for what instances say, so that only a connection that reads at the moment has one.
/// Thread-safe, and without a lock.
final class Buffers {
    /// In bytes: a record of TLS and what it holds, each at its largest.
    static final int SIZE = 17_408;

    private static final int MOST_KEPT = 256;

    private final ConcurrentLinkedDeque<ByteBuffer> free = new ConcurrentLinkedDeque<>();
    private final AtomicInteger kept = new AtomicInteger();

    /// An empty buffer; the one that was given back last.
    ByteBuffer lend() {
        @Nullable ByteBuffer last = free.pollFirst();
        if (last == null) {
            return ByteBuffer.allocate(SIZE);
        }
        kept.decrementAndGet();
        return last.clear();
    }

    /// Takes a buffer back. It must not be used after that.
    void giveBack(ByteBuffer buffer) {
        if (kept.incrementAndGet() > MOST_KEPT) {
            kept.decrementAndGet();
        } else {
            free.addFirst(buffer);
        }
    }
}
