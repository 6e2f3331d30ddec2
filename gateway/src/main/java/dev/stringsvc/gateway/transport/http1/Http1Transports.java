package dev.stringsvc.gateway.transport.http1;

import dev.stringsvc.gateway.transport.IdleTimeouts;
import dev.stringsvc.gateway.transport.Peer;
import dev.stringsvc.gateway.transport.Transport;
import dev.stringsvc.gateway.transport.Watchdog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/// Opens transports over HTTP/1.1, in clear text and over TLS. They share one selector thread.
/// Thread-safe.
public final class Http1Transports implements AutoCloseable {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private final Duration connectTimeout;
    private final IdleTimeouts idleTimeouts;
    private final Watchdog watchdog;
    private final BufferPool buffers = new BufferPool();
    private final Set<Http1Transport> transports = ConcurrentHashMap.newKeySet();
    private final SelectorThread selector = SelectorThread.start("instances", this::sweep);

    /// @param connectTimeout the longest wait for a connection
    /// @param idleTimeouts how long an instance may pause within a body
    public Http1Transports(Duration connectTimeout, IdleTimeouts idleTimeouts, Watchdog watchdog) {
        this.connectTimeout = connectTimeout;
        this.idleTimeouts = idleTimeouts;
        this.watchdog = watchdog;
    }

    /// A transport in clear text.
    public Transport open(String host, int port) {
        return open(new Peer(host, port));
    }

    /// A transport in clear text.
    public Transport open(Peer peer) {
        return add(new Http1Transport(opening -> connect(peer, opening), settings(peer.host(), peer.port(), HTTP)));
    }

    /// A transport over TLS.
    ///
    /// @param name the name that the certificate must be for
    public Transport open(String host, int port, SSLContext context, String name) {
        return open(new Peer(host, port), context, name);
    }

    /// A transport over TLS.
    ///
    /// @param name the name that the certificate must be for
    public Transport open(Peer peer, SSLContext context, String name) {
        return add(new Http1Transport(
                opening -> secure(peer, opening, engine(context, name, peer.port())),
                settings(name, peer.port(), HTTPS)));
    }

    private Http1Attempt.Settings settings(String name, int port, int usual) {
        String host = name.indexOf(':') < 0 ? name : '[' + name + ']';
        return new Http1Attempt.Settings(port == usual ? host : host + ':' + port, watchdog, idleTimeouts);
    }

    private Transport add(Http1Transport transport) {
        transports.add(transport);
        return transport;
    }

    private Http1Connection connect(Peer peer, Consumer<TcpWire> opening) throws IOException {
        return new Http1Connection(dial(peer, opening), buffers);
    }

    private Http1Connection secure(Peer peer, Consumer<TcpWire> opening, SSLEngine engine) throws IOException {
        var wire = new TlsWire(dial(peer, opening), engine, buffers);
        try {
            wire.handshake();
            return new Http1Connection(wire, buffers);
        } catch (IOException | RuntimeException e) {
            wire.cut();
            throw e;
        }
    }

    /// Tries the host's addresses one after the other.
    private TcpWire dial(Peer peer, Consumer<TcpWire> opening) throws IOException {
        @Nullable IOException failure = null;
        for (InetAddress address : InetAddress.getAllByName(peer.host())) {
            var wire = new TcpWire(selector);
            opening.accept(wire);
            try {
                peer.check(address);
                wire.connect(new InetSocketAddress(address, peer.port()), connectTimeout);
                return wire;
            } catch (IOException | RuntimeException e) {
                wire.cut();
                IOException next = e instanceof IOException io ? io : new IOException(e);
                if (failure != null) {
                    next.addSuppressed(failure);
                }
                failure = next;
            }
        }
        throw failure == null ? new IOException(peer.host() + " has no address") : failure;
    }

    private static SSLEngine engine(SSLContext context, String name, int port) {
        SSLEngine engine = context.createSSLEngine(name, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return engine;
    }

    private void sweep() {
        transports.removeIf(Http1Transport::closed);
        transports.forEach(Http1Transport::sweep);
    }

    @Override
    public void close() {
        selector.close();
    }
}
