package dev.stringsvc.gateway.transport.h2;

import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.frames.PingFrame;
import org.eclipse.jetty.util.Callback;

/// Sends pings on a connection, and notices when the instance does not answer. One thread calls
/// [#check]; another calls [#heard].
final class KeepAlive {
    private volatile long pingSentAt;
    private volatile long heardAt = System.nanoTime();
    private long bytesIn;

    /// The instance has answered a ping.
    void heard() {
        heardAt = System.nanoTime();
    }

    /// Sends a ping if one is due.
    ///
    /// @param nanos the time between two pings, and the time to answer one
    /// @return false if the last ping was not answered in time
    boolean check(HTTP2Session session, long nanos) {
        long now = System.nanoTime();
        long received = session.getEndPoint().getConnection().getBytesIn();
        if (received != bytesIn) { // an instance that sends is alive, even if the ping waits behind an upload
            bytesIn = received;
            heardAt = now;
        }
        if (now - Math.max(heardAt, pingSentAt) < nanos) {
            return true;
        }
        if (pingSentAt > heardAt) {
            return false;
        }
        pingSentAt = now;
        session.ping(new PingFrame(now, false), Callback.NOOP);
        return true;
    }
}
