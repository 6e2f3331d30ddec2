package dev.stringsvc.gateway.transport.h2;

import java.util.List;
import org.eclipse.jetty.http2.AbstractFlowControlStrategy;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.WindowUpdateFrame;

/// Flow control of one connection. The connection's window is larger than all its streams' windows
/// together, and is enlarged as data arrives, so that a stream whose client is slow does not block the
/// others. The streams' windows limit the memory; [Exchange] enlarges them as its client takes data.
final class SessionWindow extends AbstractFlowControlStrategy {
    static final int SIZE = 1 << 30;
    private static final int BATCH = 1 << 20;

    private int owed;

    SessionWindow() {
        super(DEFAULT_WINDOW_SIZE);
    }

    /// Called by the thread that parses frames, one at a time.
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

    /// Does nothing. Jetty calls this when data leaves its queue, before the client has taken it.
    @Override
    public void onDataConsumed(Session session, Stream stream, int length) {}
}
