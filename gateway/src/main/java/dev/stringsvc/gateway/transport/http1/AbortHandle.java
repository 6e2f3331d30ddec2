package dev.stringsvc.gateway.transport.http1;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Lets any thread abort an attempt by closing its TCP connection, until the attempt gives the
/// connection away. Thread-safe.
final class AbortHandle {
    private volatile @Nullable TcpWire tcp;
    private volatile boolean aborted;
    private volatile boolean silent = true;

    /// Aborts the attempt. Does nothing to a connection that the attempt has given away, since it may
    /// carry another request.
    synchronized void abort() {
        aborted = true;
        @Nullable TcpWire wire = tcp;
        if (wire != null) {
            silent = !wire.hasUnread();
            wire.cut();
        }
    }

    /// Sets the connection to close. Closes it at once if the attempt is aborted already.
    synchronized void hold(TcpWire wire) {
        tcp = wire;
        if (aborted) {
            wire.cut();
        }
    }

    /// Gives the connection away. Without this, a watch or a cancellation that comes late would close
    /// the connection under the next request that it carries.
    ///
    /// @return false if the attempt was aborted, so that the connection is closed
    synchronized boolean letGo() {
        tcp = null;
        return !aborted;
    }

    void throwIfAborted() throws IOException {
        if (aborted) {
            throw new IOException("the attempt's time was over before it began");
        }
    }

    /// False if the instance had sent something when the attempt was aborted.
    boolean silent() {
        return silent;
    }

    /// The connection; `null` before there is one, and after it was given away.
    @Nullable
    TcpWire tcp() {
        return tcp;
    }
}
