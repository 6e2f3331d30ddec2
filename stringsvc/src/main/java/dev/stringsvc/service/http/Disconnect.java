package dev.stringsvc.service.http;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.IdleTimeout;
import org.eclipse.jetty.server.ServerConnector;

/// Closes connections so that a caller can tell that its request was not handled and may be sent to
/// another instance. The signal is FIN followed by RST. RST alone, or FIN alone, could mean either.
final class Disconnect {
    /// A response sent longer ago than this has arrived.
    private static final long QUIET_MILLIS = 1_000;

    private Disconnect() {}

    /// Ends a connection whose last request is not handled.
    static void refuse(EndPoint endPoint) {
        endPoint.shutdownOutput();
        if (endPoint.getTransport() instanceof SocketChannel channel) {
            resetOnClose(channel);
        }
        endPoint.close();
    }

    /// Closes the idle connections. If a response was sent within the last second, it may not have
    /// arrived, and a reset would lose it. Such a connection gets FIN only.
    static void closeIdle(ServerConnector connector) {
        for (EndPoint endPoint : connector.getConnectedEndPoints()) {
            if (endPoint instanceof IdleTimeout idle && idle.getIdleFor() >= QUIET_MILLIS) {
                refuse(endPoint);
            } else {
                endPoint.shutdownOutput();
            }
        }
    }

    private static void resetOnClose(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            // The connection has ended already.
        }
    }
}
