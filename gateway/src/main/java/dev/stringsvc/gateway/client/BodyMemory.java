package dev.stringsvc.gateway.client;

import java.util.concurrent.atomic.AtomicLong;

/// The memory that all requests' bodies may take together. Thread-safe.
public final class BodyMemory {
    private static final int HEAP_SHARE = 8;

    private final AtomicLong left;

    /// @param bytes that may be taken together
    public BodyMemory(long bytes) {
        this.left = new AtomicLong(bytes);
    }

    /// An eighth of the heap.
    public static BodyMemory shareOfHeap() {
        return new BodyMemory(Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    }

    /// Whether there was so much left; it is taken then.
    boolean take(long bytes) {
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        left.addAndGet(bytes);
        return false;
    }

    void giveBack(long bytes) {
        left.addAndGet(bytes);
    }

    public long left() {
        return left.get();
    }
}
