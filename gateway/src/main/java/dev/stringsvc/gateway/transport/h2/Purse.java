package dev.stringsvc.gateway.transport.h2;

import java.util.concurrent.atomic.AtomicLong;

/// Memory that all streams share, for windows beyond the first [ReceiveWindow#FIRST] bytes. Thread-safe.
final class Purse {
    private final AtomicLong room;

    /// @param room in bytes
    Purse(long room) {
        this.room = new AtomicLong(room);
    }

    /// An eighth of the heap.
    static Purse ofHeap() {
        return new Purse(Runtime.getRuntime().maxMemory() / 8);
    }

    /// Takes this many bytes, or none and returns false where so many are not left.
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
