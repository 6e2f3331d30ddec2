package dev.stringsvc.gateway.client;

import org.jspecify.annotations.Nullable;

/// The share of the [BodyMemory] that one request's body has taken. Used by one thread at a time.
public final class KeptMemory {
    private @Nullable BodyMemory memory;
    private long bytes;
    private long until = Long.MAX_VALUE;

    /// Takes more memory.
    ///
    /// @return false if there is not enough
    public boolean take(int more, BodyMemory memory) {
        if (!memory.take(more)) {
            return false;
        }
        this.memory = memory;
        bytes += more;
        return true;
    }

    /// Gives the memory back as soon as more than this many bytes of the body were read.
    void keepUntil(long read) {
        until = read;
    }

    /// @param total the bytes of the body that were read so far
    void read(long total) {
        if (total > until) {
            giveBack();
        }
    }

    public void giveBack() {
        if (memory != null) {
            memory.giveBack(bytes);
            memory = null;
            bytes = 0;
        }
    }
}
