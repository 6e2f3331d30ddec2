package dev.stringsvc.gateway.transport.h2;

import dev.stringsvc.gateway.transport.IdleTimeouts;
import dev.stringsvc.gateway.transport.Peer;
import dev.stringsvc.gateway.transport.Transport;
import dev.stringsvc.gateway.transport.Watchdog;
import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.VitalThread;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.eclipse.jetty.alpn.client.ALPNClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// Opens transports over HTTP/2. They share Jetty's threads, buffers and selectors, and a
/// [WindowBudget]. Thread-safe.
public final class Http2Transports implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Http2Transports.class.getName());
    private static final int SELECTORS = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);
    /// Threads besides those of the selectors, for other jobs of Jetty.
    private static final int MORE_THREADS = 4;

    /// The timeouts of connections.
    ///
    /// @param connect for a connection and the instance's first frame
    /// @param idle after which a connection without streams is closed
    /// @param ping between two pings on a connection with streams, and for the answer to one
    public record Times(Duration connect, Duration idle, Duration ping) {
        /// @param connect for a connection
        public Times(Duration connect) {
            this(connect, Duration.ofSeconds(15), Duration.ofSeconds(5));
        }

        private Duration sweep() {
            return ping.dividedBy(5);
        }
    }

    /// TLS to an instance, which must negotiate h2.
    ///
    /// @param serverName the name that the certificate must be for; empty for the instance's host
    public record Tls(SSLContext context, Optional<String> serverName) {}

    private final Times times;
    private final Http2Transport.Shared shared;
    private final ClientConnector connector = new ClientConnector() {
        @Override
        protected SelectorManager newSelectorManager() {
            return new ClientSelectorManager(getExecutor(), getScheduler(), getSelectors()) {
                @Override
                protected ManagedSelector newSelector(int id) {
                    return new VitalSelector(this, id);
                }
            };
        }
    };
    private final Set<Connections> swept = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);

    public Http2Transports(Times times, Watchdog watchdog, IdleTimeouts idleTimeouts) {
        this.times = times;
        this.shared = new Http2Transport.Shared(watchdog, idleTimeouts, WindowBudget.ofHeap());
        var threads = new QueuedThreadPool(SELECTORS + MORE_THREADS, 1) {
            @Override
            protected void onJobFailure(Throwable failure) {
                FailStop.check("a job of Jetty failed", failure);
                super.onJobFailure(failure);
            }
        };
        threads.setName("h2");
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        connector.setExecutor(threads);
        connector.setSelectors(SELECTORS);
        connector.setConnectTimeout(times.connect());
        connector.setIdleTimeout(Duration.ZERO);
        LifeCycle.start(connector);
        VitalThread.virtual("h2-sweep", () -> closing.getCount() == 0, this::sweep)
                .start();
    }

    private void sweep() {
        try {
            while (!closing.await(times.sweep().toMillis(), TimeUnit.MILLISECONDS)) {
                swept.removeIf(Connections::isOver);
                for (Connections connections : swept) {
                    sweep(connections);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sweep(Connections connections) {
        try {
            connections.sweep(times.idle().toNanos(), times.ping().toNanos());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "checking connections failed", e);
        }
    }

    /// Opens a transport in clear text.
    ///
    /// @param http1 to the same instance, for requests for a switch of protocols
    public Transport open(String host, int port, Transport http1) {
        return open(new Peer(host, port), http1);
    }

    /// Opens a transport in clear text.
    ///
    /// @param http1 to the same instance, for requests for a switch of protocols
    public Transport open(Peer peer, Transport http1) {
        return open(peer.host(), peer.port(), http1, "http", connection -> connect(connection, Optional.empty(), peer));
    }

    /// Opens a transport over TLS.
    ///
    /// @param http1 to the same instance, for requests for a switch of protocols
    public Transport open(String host, int port, Transport http1, Tls tls) {
        return open(new Peer(host, port), http1, tls);
    }

    /// Opens a transport over TLS.
    ///
    /// @param http1 to the same instance, for requests for a switch of protocols
    public Transport open(Peer peer, Transport http1, Tls tls) {
        String name = tls.serverName().orElse(peer.host());
        var trust = new SslContextFactory.Client();
        trust.setSslContext(tls.context());
        LifeCycle.start(trust);
        return open(
                name,
                peer.port(),
                http1,
                "https",
                connection -> connect(connection, Optional.of(new Secured(trust, name)), peer));
    }

    /// Ends the process if the selector fails: without it no response is read.
    private static final class VitalSelector extends ManagedSelector {
        VitalSelector(SelectorManager connections, int id) {
            super(connections, id);
        }

        @Override
        protected void onSelectFailed(Throwable cause) {
            FailStop.end("the selector of HTTP/2 connections to instances failed", cause);
        }
    }

    private record Secured(SslContextFactory.Client tls, String name) {}

    private Transport open(String name, int port, Transport http1, String scheme, Connections.Opener opener) {
        var connections = new Connections(connection -> Thread.startVirtualThread(() -> opener.open(connection)));
        swept.add(connections);
        String authority = name.indexOf(':') < 0 ? name : "[" + name + "]";
        int standard = scheme.equals("http") ? 80 : 443;
        return new Http2Transport(
                connections, scheme, port == standard ? authority : authority + ":" + port, http1, shared);
    }

    /// Tries the host's addresses one after the other, until one can be connected to.
    private void connect(Connection connection, Optional<Secured> secured, Peer peer) {
        IOException failure = new IOException("no address");
        try {
            for (InetAddress address : InetAddress.getAllByName(peer.host())) {
                byte[] bytes = address.getAddress();
                String name = secured.map(Secured::name).orElse(peer.host());
                try {
                    peer.check(address);
                    connect(
                            connection,
                            secured,
                            new InetSocketAddress(InetAddress.getByAddress(name, bytes), peer.port()));
                    return;
                } catch (ExecutionException | IOException e) {
                    failure = Exchange.asIo(e.getCause() == null ? e : e.getCause());
                    if (connection.isSettled()) {
                        return;
                    }
                }
            }
        } catch (TimeoutException | InterruptedException e) {
            failure = new SocketTimeoutException("no connection in time");
        } catch (IOException | RuntimeException e) {
            failure = Exchange.asIo(e);
        }
        connection.opened().completeExceptionally(failure);
        connection.close();
    }

    private void connect(Connection connection, Optional<Secured> secured, InetSocketAddress address)
            throws ExecutionException, InterruptedException, TimeoutException {
        var connected = new CompletableFuture<org.eclipse.jetty.io.Connection>();
        Promise<org.eclipse.jetty.io.Connection> promise = Promise.from(connected::complete, failure -> {
            if (!connected.completeExceptionally(failure)) {
                connection.opened().completeExceptionally(failure);
            }
        });
        ClientConnectionFactory factory = InstanceSession.factory(connector, connection);
        if (secured.isPresent()) {
            var alpn = new ALPNClientConnectionFactory(connector.getExecutor(), agreed(factory), List.of("h2"));
            factory = connector.newSslClientConnectionFactory(secured.get().tls(), alpn);
        }
        Map<String, Object> context = new ConcurrentHashMap<>();
        context.put(ClientConnector.CONTEXT_KEY, connector);
        context.put(org.eclipse.jetty.io.Transport.CONTEXT_KEY, org.eclipse.jetty.io.Transport.TCP_IP);
        context.put(ClientConnector.CONNECTION_PROMISE_CONTEXT_KEY, promise);
        context.put(ClientConnectionFactory.CONTEXT_KEY, factory);
        connector.connect(address, context);
        long begun = System.nanoTime();
        try {
            connected.get(times.connect().toNanos(), TimeUnit.NANOSECONDS);
            long left = times.connect().toNanos() - (System.nanoTime() - begun);
            connection.opened().get(left, TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            var _ = connected.thenAccept(made -> made.getEndPoint().close()); // now, or when it is made later
            throw e;
        }
    }

    /// Fails if ALPN has not negotiated h2; Jetty would go on.
    private static ClientConnectionFactory agreed(ClientConnectionFactory factory) {
        return (endPoint, context) -> {
            if (!"h2".equals(context.get(ClientConnector.APPLICATION_PROTOCOL_CONTEXT_KEY))) {
                throw new SSLHandshakeException("the instance does not negotiate h2");
            }
            return factory.newConnection(endPoint, context);
        };
    }

    /// Stops Jetty's threads, which aborts attempts in flight.
    @Override
    public void close() {
        closing.countDown();
        LifeCycle.stop(connector);
    }
}
