package dev.stringsvc.gateway.transport.http1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;

/// Counts the bytes of the current request that the kernel has taken, and finds out whether the other
/// end's kernel refused them. One thread writes at a time, and one reads; any thread may ask.
final class RequestDelivery {
    /// Bytes that fit into one TCP segment on every path.
    private static final int ONE_SEGMENT = 1_200;

    /// A nearby host sends the RST for refused bytes within this time.
    private static final long RESET_NANOS = 30_000_000;

    private final SocketChannel channel;
    private volatile long accepted;
    private volatile int writes;
    private volatile boolean heard;
    private volatile boolean judged;
    private volatile boolean refused;
    private volatile long usedAt = System.nanoTime();

    RequestDelivery(SocketChannel channel) {
        this.channel = channel;
    }

    /// Starts to count for a new request.
    void begin() {
        accepted = 0;
        writes = 0;
        heard = false;
        judged = false;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void wrote(long bytes) {
        accepted += bytes;
        writes++;
        usedAt = System.nanoTime();
    }

    /// Looks at the result of a read. Where the connection ended instead of a response, finds out
    /// whether the request was refused, which takes 30 ms.
    ///
    /// @param n bytes read; negative at the end of the connection
    /// @return n
    int read(int n) {
        if (n > 0) {
            heard = true; // an instance that responds has read the request's head
        } else if (n < 0 && !heard && !judged && writes == 1 && accepted > 0 && accepted <= ONE_SEGMENT) {
            judged = true;
            refused = isReset();
        }
        return n;
    }

    /// After a FIN, only a write shows whether an RST has come too. The byte that is written does no
    /// harm, since the connection is over.
    private boolean isReset() {
        long until = System.nanoTime() + RESET_NANOS;
        for (long left = RESET_NANOS; left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left); // a late wake-up may end one wait too early
        }
        try {
            channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /// True if the kernel has taken no byte of the request.
    boolean isEmpty() {
        return accepted == 0;
    }

    /// True if the other end had certainly closed the connection before the request arrived.
    ///
    /// The other end's kernel answers bytes for a closed connection with an RST. If instead a program
    /// there read the request and closed the connection then, only a FIN comes. This holds for bytes
    /// that arrive together, so only a request that was written at once and fits into one segment is
    /// judged: of two writes, the program may have read the first.
    boolean refused() {
        return refused;
    }

    /// When something was last written, by [System#nanoTime].
    long usedAt() {
        return usedAt;
    }
}
