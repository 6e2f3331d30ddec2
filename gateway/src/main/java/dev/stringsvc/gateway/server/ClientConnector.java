package dev.stringsvc.gateway.server;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/// Takes clients' connections, each a [ClientEndPoint], and looks at all of them four times a second for those whose
/// client is too slow: so a request costs no timer.
final class ClientConnector extends ServerConnector {
    private static final Duration LOOK = Duration.ofMillis(250);

    /// Who looks so late has not run for a while, and may have left unread what clients have sent since.
    private static final Duration STALLED = LOOK.multipliedBy(4);

    private final ClientTimeouts timeouts;
    private final Exchange.Listener refused;
    private volatile long lookedAt;

    /// @param refused hears of requests that were not whole in time
    ClientConnector(Server server, HttpConfiguration http, ClientTimeouts timeouts, Exchange.Listener refused) {
        super(server, new Connections(http));
        this.timeouts = timeouts;
        this.refused = refused;
        setIdleTimeout(timeouts.idle().toMillis());
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        var endPoint = new ClientEndPoint(channel, selector, key, getScheduler(), timeouts.stream());
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        lookAgain();
    }

    private void lookAgain() {
        lookedAt = System.nanoTime();
        getScheduler().schedule(this::endSlowOnes, LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void endSlowOnes() {
        boolean stalled = System.nanoTime() - lookedAt > STALLED.toNanos();
        try {
            for (EndPoint endPoint : getConnectedEndPoints()) {
                if (!stalled && endPoint instanceof ClientEndPoint client) {
                    client.endIfTooSlow(timeouts.head(), refused);
                }
            }
        } finally {
            lookAgain();
        }
    }

    /// Asks both sides of each tunnel to close it.
    void leaveTunnels() {
        for (EndPoint endPoint : getConnectedEndPoints()) {
            if (endPoint instanceof ClientEndPoint client) {
                client.leave();
            }
        }
    }

    private static final class Connections extends HttpConnectionFactory {
        Connections(HttpConfiguration http) {
            super(http);
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            return configure(
                    new ClientConnection(getHttpConfiguration(), connector, (ClientEndPoint) endPoint),
                    connector,
                    endPoint);
        }
    }
}
