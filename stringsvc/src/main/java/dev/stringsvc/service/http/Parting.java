package dev.stringsvc.service.http;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.IdleTimeout;
import org.eclipse.jetty.server.ServerConnector;

/// How connections end when the service does: a caller whose request nobody acted on is to be able to tell, and may
/// then send it elsewhere. Where FIN comes and then RST, nobody did; RST alone, or FIN alone, could be either.
final class Parting {
    /// What was said on a connection longer ago has arrived.
    private static final long QUIET_MILLIS = 1_000;

    private Parting() {}

    /// Ends a connection whose last request nobody acts on.
    static void refuse(EndPoint endPoint) {
        endPoint.shutdownOutput();
        if (endPoint.getTransport() instanceof SocketChannel channel) {
            resetOnClose(channel);
        }
        endPoint.close();
    }

    /// Ends the connections on which nothing is under way. What was answered just now may not have arrived: those are
    /// left for whoever closes the server.
    static void endQuiet(ServerConnector connector) {
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
            // It has ended already.
        }
    }
}
