package dev.stringsvc.gateway.transport;

import dev.stringsvc.gateway.transport.h2.Http2Transports;
import dev.stringsvc.gateway.transport.http1.Http1Transports;
import java.time.Duration;
import javax.net.ssl.SSLContext;

/// Opens transports. Each has its own connections, and all share a few threads. Thread-safe.
public final class Transports implements Transport.Factory, AutoCloseable {
    private final Watchdog watchdog = Watchdog.start();
    private final Http1Transports http1;
    private final Http2Transports http2;

    /// @param connectTimeout the longest wait for a connection
    /// @param idleTimeouts how long an instance may pause within a body
    public Transports(Duration connectTimeout, IdleTimeouts idleTimeouts) {
        this.http1 = new Http1Transports(connectTimeout, idleTimeouts, watchdog);
        this.http2 = new Http2Transports(new Http2Transports.Times(connectTimeout), watchdog, idleTimeouts);
    }

    @Override
    public Transport open(String host, int port) {
        return http1.open(host, port);
    }

    /// Opens transports that use this protocol.
    public Transport.Factory speaking(Protocol protocol) {
        return speaking(protocol, AddressCheck.ANYWHERE);
    }

    /// Opens transports that use this protocol.
    ///
    /// @param check decides which addresses may be connected to
    public Transport.Factory speaking(Protocol protocol, AddressCheck check) {
        return switch (protocol) {
            case Protocol.Http() -> (host, port) -> http1.open(new Peer(host, port, check));
            case Protocol.H2c() ->
                (Http2Factory) (host, port) -> {
                    var peer = new Peer(host, port, check);
                    return http2.open(peer, http1.open(peer));
                };
            case Protocol.Https(var trusted, var serverName) -> {
                SSLContext context = Trust.in(trusted);
                yield (host, port) -> http1.open(new Peer(host, port, check), context, serverName.orElse(host));
            }
            case Protocol.H2(var trusted, var serverName) -> {
                SSLContext context = Trust.in(trusted);
                var tls = new Http2Transports.Tls(context, serverName);
                yield (Http2Factory) (host, port) -> {
                    var peer = new Peer(host, port, check);
                    return http2.open(peer, http1.open(peer, context, serverName.orElse(host)), tls);
                };
            }
        };
    }

    @FunctionalInterface
    private interface Http2Factory extends Transport.Factory {
        @Override
        default boolean isHttp2() {
            return true;
        }
    }

    /// Aborts attempts in flight, and stops the shared threads.
    @Override
    public void close() {
        watchdog.close();
        http1.close();
        http2.close();
    }
}
