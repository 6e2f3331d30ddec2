package dev.stringsvc.gateway.transport.h2;

/// How much an instance may send on one stream before the client has taken it. Begins at 32 KiB and
/// doubles up to 256 KiB while the client keeps up and the purse has room. Thread-safe.
final class ReceiveWindow {
    static final int FIRST = 32_768;
    static final int LARGEST = 262_144;

    private final Purse purse;
    private int size = FIRST;
    private int owed;
    private boolean closed;

    ReceiveWindow(Purse purse) {
        this.purse = purse;
    }

    /// Notes what the client has taken.
    ///
    /// @param keepsUp true if the client has taken all that has come
    /// @return by how much the instance's window is to be enlarged now; 0 as long as it does not pay to
    /// say so
    synchronized int taken(int bytes, boolean keepsUp) {
        owed += bytes;
        if (closed || owed < size / 2) {
            return 0;
        }
        int growth = keepsUp && size < LARGEST && purse.take(size) ? size : 0;
        size += growth;
        int update = owed + growth;
        owed = 0;
        return update;
    }

    synchronized int size() {
        return size;
    }

    /// Gives back to the purse what was taken from it. May be called twice.
    synchronized void close() {
        if (!closed) {
            closed = true;
            purse.giveBack(size - FIRST);
        }
    }
}
