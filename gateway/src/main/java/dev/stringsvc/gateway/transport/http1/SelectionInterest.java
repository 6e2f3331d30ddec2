package dev.stringsvc.gateway.transport.http1;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// The events of one socket that the selector waits for. Reading is on from the start and stays on, so
/// that most requests change nothing here. Thread-safe once [#register] has returned.
final class SelectionInterest {
    private final SelectorThread selector;
    private @Nullable SelectionKey key;
    private volatile boolean readOff;

    SelectionInterest(SelectorThread selector) {
        this.selector = selector;
    }

    void register(SocketChannel channel, SelectorThread.Listener listener) throws IOException {
        key = selector.register(channel, listener);
    }

    /// Stops waiting for bytes to read. Called by the selector's thread.
    void turnReadOff(SelectionKey ready) {
        ready.interestOpsAnd(~SelectionKey.OP_READ);
        readOff = true;
    }

    /// Waits for bytes to read again, if that is off.
    void turnReadOn() {
        if (readOff) {
            readOff = false;
            @Nullable SelectionKey registered = key;
            try {
                if (registered != null && registered.isValid()) {
                    registered.interestOpsOr(SelectionKey.OP_READ);
                    selector.wakeUp();
                }
            } catch (CancelledKeyException e) {
                // the connection was just closed, which the thread that reads will notice
            }
        }
    }

    /// Waits until the socket takes more bytes.
    ///
    /// @throws IOException if the connection is closed
    void turnWriteOn() throws IOException {
        @Nullable SelectionKey registered = key;
        if (registered == null || !registered.isValid()) {
            throw new EOFException("the connection was closed");
        }
        try {
            registered.interestOpsOr(SelectionKey.OP_WRITE);
        } catch (CancelledKeyException e) {
            throw new ClosedChannelException();
        }
        selector.wakeUp();
    }

    /// Lets the selector release a socket that was closed.
    void release() {
        selector.wakeUp();
    }
}
