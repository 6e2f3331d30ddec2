package dev.stringsvc.gateway.client;

import dev.stringsvc.program.FailStop;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

/// Takes clients' connections, each a [ClientEndPoint], and looks at all of them four times a second for
/// those whose client is too slow: so a request costs no timer.
final class ClientConnector extends ServerConnector {
    private static final Duration LOOK = Duration.ofMillis(250);

    /// Who looks so late has not run for a while, and may have left unread what clients have sent since.
    private static final Duration STALLED = LOOK.multipliedBy(4);

    private static final int MOST_UNTAKEN = 3;
    private static final Duration UNTAKEN_WITHIN = Duration.ofSeconds(10);
    private static final Logger LOGGER = LoggerFactory.getLogger(ClientConnector.class);

    /// How often the log tells of connections that there was no room for.
    private static final Duration TELL_AGAIN = Duration.ofSeconds(10);

    /// How long to wait before the next connection is taken when that has failed.
    private static final Duration PAUSE = Duration.ofMillis(2);

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

    private final ClientTimeouts timeouts;
    /// Those to whom an answer goes over HTTP/2.
    private final Set<Http2Client> measured = ConcurrentHashMap.newKeySet();
    /// Connections of which answers were cut that their client did not take.
    private final Map<HTTP2Session, Untaken> untaken = Collections.synchronizedMap(new WeakHashMap<>());
    private final Exchange.Listener refused;
    private final ConnectionLimit limit;
    private final boolean encrypted;
    /// Sockets that were taken and are open, whether Jetty has made an end point of them or not.
    private final Set<SocketChannel> taken = ConcurrentHashMap.newKeySet();

    private final OpenConnections open = new OpenConnections(this::clients, System::nanoTime);
    private final RefusedSockets refusedSockets = new RefusedSockets();
    private final AtomicInteger closedIdle = new AtomicInteger();
    private final AtomicInteger turnedAway = new AtomicInteger();
    private final AtomicInteger shortages = new AtomicInteger();
    private long toldAt = System.nanoTime() - TELL_AGAIN.toNanos();
    private volatile long lookedAt;

    /// @param refused hears of requests that were not whole in time
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

    /// The first is what a connection begins with. HTTP/1.1 is the last, which ALPN falls back to.
    private static ConnectionFactory[] factories(HttpConfiguration http, ClientProtocols protocols) {
        var http1 = new Connections(http);
        if (protocols.tls().isEmpty()) {
            return switch (protocols.cleartext()) {
                case PRIOR_KNOWLEDGE -> new ConnectionFactory[] {http1, new Http2Protocol(http, "h2c", false)};
                case UPGRADE -> new ConnectionFactory[] {http1, new Http2Protocol(http, "h2c", true)};
                case OFF -> new ConnectionFactory[] {http1};
            };
        }
        http.addCustomizer(new SecureRequestCustomizer(false)); // else Host must be in the certificate: not for a proxy
        var alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol(http1.getProtocol());
        return new ConnectionFactory[] {alpn, new Http2Protocol(http, "h2", false), http1};
    }

    /// How many connections are open.
    int connections() {
        return taken.size();
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

    /// Takes the next connection, and closes an idle one for it or refuses it where there are as many as
    /// may be. Never waits for a client.
    @Override
    public void accept(int acceptor) throws IOException {
        if (!(getTransport() instanceof ServerSocketChannel port) || !port.isOpen()) {
            LockSupport.parkNanos(PAUSE.toNanos()); // Jetty asks again until the port has stopped
            return;
        }
        SocketChannel channel;
        try {
            channel = port.accept();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            failedToAccept(e);
            return;
        }
        try {
            channel.configureBlocking(false);
            if (!makeRoom()) {
                turnedAway.incrementAndGet();
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

    /// Waits for a moment where connections were taken that Jetty has not come to yet: these can be
    /// closed only then. Until then the kernel keeps who wants in.
    private boolean makeRoom() {
        long start = System.nanoTime();
        while (taken.size() >= limit.most() && !closeOne()) {
            boolean soon = taken.size() > getConnectedEndPoints().size();
            if (!soon || System.nanoTime() - start > LONGEST_PAUSE.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        return true;
    }

    private boolean closeOne() {
        boolean closed = open.closeOne();
        if (closed) {
            closedIdle.incrementAndGet();
            limit.listener().closedIdle();
        }
        return closed;
    }

    /// Most likely there are no more file descriptors. Those of an idle connection are free after a
    /// moment.
    private void failedToAccept(IOException e) {
        if (shortages.getAndIncrement() == 0) {
            LOGGER.warn("taking a connection failed: {}", e.toString());
        }
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

    /// Looks after what nobody else tells of, and tells the log now and then of connections that there
    /// was no room for.
    private void lookAtSockets() {
        taken.removeIf(channel -> !channel.isOpen());
        refusedSockets.closeOld();
        long now = System.nanoTime();
        if (closedIdle.get() + turnedAway.get() + shortages.get() > 0 && now - toldAt >= TELL_AGAIN.toNanos()) {
            toldAt = now;
            LOGGER.warn(
                    "port {}: no room for more than {} connections: {} idle ones were closed, {} new"
                            + " ones refused, {} could not be taken",
                    getLocalPort(),
                    limit.most(),
                    closedIdle.getAndSet(0),
                    turnedAway.getAndSet(0),
                    shortages.getAndSet(0));
        }
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
                    look(() -> client.endIfTooSlow(timeouts.head(), refused));
                }
            }
            look(this::lookAtSockets);
            look(() -> measured.removeIf(Http2Client::endIfTooSlow));
        } finally {
            lookAgain();
        }
    }

    /// What one connection makes this throw does not keep it from the others. The scheduler would not
    /// tell of it.
    private static void look(Runnable at) {
        try {
            at.run();
        } catch (RuntimeException | Error e) {
            FailStop.check("looking at clients failed", e);
            LOGGER.warn("looking at a client failed", e);
        }
    }

    /// Looks from now on how fast a client of HTTP/2 takes its answer, until that is over.
    void measure(Http2Client client) {
        measured.add(client);
    }

    /// Tells clients that what they began is still served and nothing else: with GOAWAY those of HTTP/2,
    /// and with a Close frame both sides of each tunnel.
    void sendElsewhere() {
        getBeans(Http2Protocol.class).forEach(Http2Protocol::sendElsewhere);
        for (EndPoint endPoint : getConnectedEndPoints()) {
            if (endPoint instanceof ClientEndPoint client) {
                client.leave();
            }
        }
    }

    /// How many answers of a connection were cut that its client did not take, since the first of them.
    private record Untaken(int count, long since) {
        Untaken oneMore(Untaken last) {
            return last.since - since > UNTAKEN_WITHIN.toNanos() ? last : new Untaken(count + 1, since);
        }
    }

    /// Notes that an answer was cut that its client did not take.
    ///
    /// @return true if that was so for several of this connection within seconds
    boolean takesNothingAgain(HTTP2Session session) {
        return untaken.merge(session, new Untaken(1, System.nanoTime()), Untaken::oneMore)
                        .count()
                >= MOST_UNTAKEN;
    }

    /// Without its selector no client is heard: where it fails, the process ends.
    private static final class VitalSelector extends ManagedSelector {
        VitalSelector(SelectorManager connections, int id) {
            super(connections, id);
        }

        @Override
        protected void onSelectFailed(Throwable cause) {
            FailStop.end("waiting for clients failed", cause);
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
