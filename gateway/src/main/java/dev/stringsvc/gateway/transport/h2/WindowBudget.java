package dev.stringsvc.gateway.transport.h2;

import java.util.concurrent.atomic.AtomicLong;

/// The memory that all streams share for receive windows beyond [ReceiveWindow#FIRST] bytes.
/// Thread-safe.
final class WindowBudget {
    private final AtomicLong room;

    /// @param room the limit, in bytes
    WindowBudget(long room) {
        this.room = new AtomicLong(room);
    }

    /// An eighth of the heap.
    static WindowBudget ofHeap() {
        return new WindowBudget(Runtime.getRuntime().maxMemory() / 8);
    }

    /// Takes this many bytes, or none and returns false if fewer are left.
    boolean take(int bytes) {
        while (true) {
            long left = room.get();
            if (left < bytes) {
                return false;
            }
            if (room.compareAndSet(left, left - bytes)) {
                return true;
            }
        }
    }

    void giveBack(int bytes) {
        room.addAndGet(bytes);
    }

    long room() {
        return room.get();
    }
}
