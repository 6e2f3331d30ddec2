package dev.stringsvc.gateway.transport.h2;

/// The receive window of one stream: how much an instance may send before the client has taken it. It
/// starts at 32 KiB and doubles up to 256 KiB while the client keeps up and the budget has room.
/// Thread-safe.
final class ReceiveWindow {
    static final int FIRST = 32_768;
    static final int LARGEST = 262_144;

    private final WindowBudget budget;
    private int size = FIRST;
    private int owed;
    private boolean closed;

    ReceiveWindow(WindowBudget budget) {
        this.budget = budget;
    }

    /// Notes what the client has taken.
    ///
    /// @param keepsUp true if the client has taken all that has come
    /// @return the bytes of the WINDOW_UPDATE to send now; 0 if it is too early for one
    synchronized int taken(int bytes, boolean keepsUp) {
        owed += bytes;
        if (closed || owed < size / 2) {
            return 0;
        }
        int growth = keepsUp && size < LARGEST && budget.take(size) ? size : 0;
        size += growth;
        int update = owed + growth;
        owed = 0;
        return update;
    }

    synchronized int size() {
        return size;
    }

    /// Gives the memory back to the budget. May be called twice.
    synchronized void close() {
        if (!closed) {
            closed = true;
            budget.giveBack(size - FIRST);
        }
    }
}
