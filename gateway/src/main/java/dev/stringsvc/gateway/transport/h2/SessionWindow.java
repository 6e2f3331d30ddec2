package dev.stringsvc.gateway.transport.h2;

import java.util.List;
import org.eclipse.jetty.http2.AbstractFlowControlStrategy;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.WindowUpdateFrame;

/// Flow control of one connection. The connection's own window is larger than the sum of its streams'
/// windows can be and is enlarged as data arrives, so that a stream that stands still holds up no other.
/// What bounds memory are the streams' windows, which [Exchange] enlarges as its client takes data.
final class SessionWindow extends AbstractFlowControlStrategy {
    static final int SIZE = 1 << 30;
    private static final int BATCH = 1 << 20;

    private int owed;

    SessionWindow() {
        super(DEFAULT_WINDOW_SIZE);
    }

    /// Called by one thread at a time, which parses frames.
    @Override
    public void onDataReceived(Session session, Stream stream, int length) {
        super.onDataReceived(session, stream, length);
        owed += length;
        if (owed >= BATCH) {
            int update = owed;
            owed = 0;
            updateRecvWindow(session, update);
            sendWindowUpdate(session, null, List.of(new WindowUpdateFrame(0, update)));
        }
    }

    /// Jetty calls this when data has left its queue, which is before the client has taken it.
    @Override
    public void onDataConsumed(Session session, Stream stream, int length) {}
}
