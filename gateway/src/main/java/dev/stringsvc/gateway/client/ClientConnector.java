package dev.stringsvc.gateway.client;

import dev.stringsvc.program.FailStop;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts clients' connections, and closes those of slow clients. It checks all connections four times
/// a second, so that a request needs no timer.
final class ClientConnector extends ServerConnector {
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(250);

    /// If a check is this late, the process was paused, and bytes that clients sent meanwhile may still
    /// be unread.
    private static final Duration STALLED = CHECK_INTERVAL.multipliedBy(4);

    private static final Logger LOGGER = LoggerFactory.getLogger(ClientConnector.class);

    /// The pause after a failure to accept.
    private static final Duration PAUSE = Duration.ofMillis(2);

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

    private final ClientTimeouts timeouts;
    /// HTTP/2 clients whose response is being sent.
    private final Set<Http2Client> measured = ConcurrentHashMap.newKeySet();
    private final UntakenResponses untaken = new UntakenResponses();
    private final Exchange.Listener refused;
    private final ConnectionLimit limit;
    private final boolean encrypted;
    /// Accepted sockets that are open, including those for which Jetty has no end point yet.
    private final Set<SocketChannel> taken = ConcurrentHashMap.newKeySet();

    private final ConnectionEvictor open = new ConnectionEvictor(this::clients, System::nanoTime);
    private final RefusedSockets refusedSockets = new RefusedSockets();
    private final ShortageLog shortages = new ShortageLog();
    private volatile long checkedAt;

    /// @param refused hears of requests whose head did not arrive in time
    ClientConnector(Server server, HttpPort.Settings settings, HttpConfiguration http, Exchange.Listener refused) {
        super(
                server,
                settings.protocols().tls().map(ClientConnector::certified).orElse(null),
                factories(http, settings.protocols()));
        this.timeouts = settings.timeouts();
        this.limit = settings.connections();
        this.encrypted = settings.protocols().tls().isPresent();
        this.refused = refused;
        setIdleTimeout(timeouts.idle().toMillis());
    }

    private static SslContextFactory.Server certified(SSLContext context) {
        var factory = new SslContextFactory.Server();
        factory.setSslContext(context);
        return factory;
    }

    /// The first one begins a connection. With TLS, HTTP/1.1 is the last, to which ALPN falls back.
    private static ConnectionFactory[] factories(HttpConfiguration http, ClientProtocols protocols) {
        var http1 = new Connections(http);
        if (protocols.tls().isEmpty()) {
            return switch (protocols.cleartext()) {
                case PRIOR_KNOWLEDGE -> new ConnectionFactory[] {http1, new Http2Protocol(http, "h2c", false)};
                case UPGRADE -> new ConnectionFactory[] {http1, new Http2Protocol(http, "h2c", true)};
                case OFF -> new ConnectionFactory[] {http1};
            };
        }
        http.addCustomizer(new SecureRequestCustomizer(
                false)); // otherwise Jetty requires that Host matches the certificate, which a proxy must not
        var alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol(http1.getProtocol());
        return new ConnectionFactory[] {alpn, new Http2Protocol(http, "h2", false), http1};
    }

    /// How many connections are open.
    int connections() {
        return taken.size();
    }

    /// True if a connection was accepted for which Jetty has no end point yet.
    boolean isTaking() {
        return taken.size() > getConnectedEndPoints().size();
    }

    private List<ClientEndPoint> clients() {
        List<ClientEndPoint> clients = new ArrayList<>(taken.size());
        for (EndPoint endPoint : getConnectedEndPoints()) {
            if (endPoint instanceof ClientEndPoint client && client.isOpen()) {
                clients.add(client);
            }
        }
        return clients;
    }

    /// Accepts the next connection. If there are too many, closes an idle one or refuses the new one.
    /// Never waits for a client.
    @Override
    public void accept(int acceptor) throws IOException {
        if (!(getTransport() instanceof ServerSocketChannel port) || !port.isOpen()) {
            LockSupport.parkNanos(PAUSE.toNanos()); // Jetty calls again until the port has stopped
            return;
        }
        SocketChannel channel;
        try {
            channel = port.accept();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            acceptFailed(e);
            return;
        }
        try {
            channel.configureBlocking(false);
            if (!makeRoom()) {
                shortages.refused();
                limit.listener().refused();
                refusedSockets.refuse(channel, encrypted);
                return;
            }
            configure(channel.socket());
            taken.add(channel);
            getSelectorManager().accept(channel);
        } catch (IOException | RuntimeException e) {
            taken.remove(channel);
            channel.close();
            throw e;
        }
    }

    /// Waits a moment if connections were accepted that have no end point yet, since these cannot be
    /// closed before. The kernel queues new connections meanwhile.
    private boolean makeRoom() {
        long start = System.nanoTime();
        while (taken.size() >= limit.most() && !closeOne()) {
            if (!isTaking() || System.nanoTime() - start > LONGEST_PAUSE.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        return true;
    }

    private boolean closeOne() {
        boolean closed = open.closeOne();
        if (closed) {
            shortages.closedIdle();
            limit.listener().closedIdle();
        }
        return closed;
    }

    /// The usual cause is that there are no file descriptors left. Closing an idle connection frees one
    /// after a moment.
    private void acceptFailed(IOException e) {
        shortages.failed(e);
        String message = String.valueOf(e.getMessage());
        if (message.contains("open files") || message.contains("file descriptors")) {
            closeOne();
        }
        LockSupport.parkNanos(PAUSE.toNanos());
    }

    @Override
    protected void onEndPointClosed(EndPoint endPoint) {
        super.onEndPointClosed(endPoint);
        if (endPoint instanceof ClientEndPoint client) {
            taken.remove(client.getChannel());
        }
    }

    /// Forgets sockets that Jetty closed without a notice, and logs shortages now and then.
    private void checkSockets() {
        taken.removeIf(channel -> !channel.isOpen());
        refusedSockets.closeOld();
        shortages.logIfDue(getLocalPort(), limit.most());
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        refusedSockets.close();
    }

    @Override
    protected SelectorManager newSelectorManager(Executor executor, Scheduler scheduler, int selectors) {
        return new ServerConnectorManager(executor, scheduler, selectors) {
            @Override
            protected ManagedSelector newSelector(int id) {
                return new VitalSelector(this, id);
            }
        };
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
        scheduleCheck();
    }

    private void scheduleCheck() {
        checkedAt = System.nanoTime();
        getScheduler().schedule(this::endSlowClients, CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void endSlowClients() {
        boolean stalled = System.nanoTime() - checkedAt > STALLED.toNanos();
        try {
            for (EndPoint endPoint : getConnectedEndPoints()) {
                if (!stalled && endPoint instanceof ClientEndPoint client) {
                    check(() -> client.endIfTooSlow(timeouts.head(), refused));
                }
            }
            check(this::checkSockets);
            check(() -> measured.removeIf(Http2Client::endIfTooSlow));
        } finally {
            scheduleCheck();
        }
    }

    /// Runs one check. If it throws, the others still run, and the failure is logged; the scheduler
    /// would drop it.
    private static void check(Runnable at) {
        try {
            at.run();
        } catch (RuntimeException | Error e) {
            FailStop.check("checking clients failed", e);
            LOGGER.warn("checking a client failed", e);
        }
    }

    /// Checks from now on how fast an HTTP/2 client takes its response, until the response is over.
    void measure(Http2Client client) {
        measured.add(client);
    }

    /// Tells clients to send new requests elsewhere, while requests in flight finish: HTTP/2 clients get
    /// GOAWAY, and both sides of each tunnel a Close frame.
    void sendElsewhere() {
        getBeans(Http2Protocol.class).forEach(Http2Protocol::sendElsewhere);
        for (EndPoint endPoint : getConnectedEndPoints()) {
            if (endPoint instanceof ClientEndPoint client) {
                client.leave();
            }
        }
    }

    /// Counts a response that was cut because the client did not read it.
    ///
    /// @return true if there were several on this connection within seconds
    boolean repeatedlyTakesNothing(HTTP2Session session) {
        return untaken.isRepeated(session);
    }

    /// Ends the process if the selector fails: without it no request is read.
    private static final class VitalSelector extends ManagedSelector {
        VitalSelector(SelectorManager connections, int id) {
            super(connections, id);
        }

        @Override
        protected void onSelectFailed(Throwable cause) {
            FailStop.end("the selector of clients' connections failed", cause);
        }
    }

    private static final class Connections extends HttpConnectionFactory {
        Connections(HttpConfiguration http) {
            super(http);
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            return configure(new ClientConnection(getHttpConfiguration(), connector, endPoint), connector, endPoint);
        }
    }
}
