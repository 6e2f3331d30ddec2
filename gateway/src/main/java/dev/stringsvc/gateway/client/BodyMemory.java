package dev.stringsvc.gateway.client;

import java.util.concurrent.atomic.AtomicLong;

/// The memory that the buffered bodies of all requests may take together. Thread-safe.
public final class BodyMemory {
    private static final int HEAP_SHARE = 8;

    private final AtomicLong left;

    /// @param bytes the limit
    public BodyMemory(long bytes) {
        this.left = new AtomicLong(bytes);
    }

    /// An eighth of the heap.
    public static BodyMemory shareOfHeap() {
        return new BodyMemory(Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    }

    /// Takes this many bytes, or none and returns false if fewer are left.
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
