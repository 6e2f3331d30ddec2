package dev.stringsvc.gateway.transport.http1;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The wait of a thread for a socket to take more bytes. One thread at a time writes; any thread may
/// wake it.
final class WriteWait {
    private volatile @Nullable Thread writer;
    private volatile boolean writable;

    void begin() {
        writer = Thread.currentThread();
    }

    void end() {
        writer = null;
    }

    /// Waits between [#begin] and [#end] until [#ready].
    ///
    /// @param closed true once the connection was closed; asked again after [#wake]
    void await(SelectionInterest interest, BooleanSupplier closed) throws IOException {
        writable = false;
        interest.turnWriteOn();
        while (!writable) {
            if (closed.getAsBoolean()) {
                throw new ClosedChannelException();
            }
            LockSupport.park(this);
        }
    }

    /// The socket takes more bytes.
    void ready() {
        writable = true;
        wake();
    }

    void wake() {
        LockSupport.unpark(writer);
    }
}
