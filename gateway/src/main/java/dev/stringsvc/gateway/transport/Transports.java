package dev.stringsvc.gateway.transport;

import dev.stringsvc.gateway.transport.http1.Http1Transports;
import java.time.Duration;
import javax.net.ssl.SSLContext;

/// Opens transports, each with connections of its own, which go when their instance goes. Thread-safe.
public final class Transports implements Transport.Factory, AutoCloseable {
    private final Watchdog watchdog = Watchdog.start();
    private final Http1Transports http1;

    /// @param connectTimeout the longest wait for a connection
    /// @param pauses how long an instance may pause within a body
    public Transports(Duration connectTimeout, Pauses pauses) {
        this.http1 = new Http1Transports(connectTimeout, pauses, watchdog);
    }

    @Override
    public Transport open(String host, int port) {
        return http1.open(host, port);
    }

    /// Opens transports that speak to instances in this way.
    public Transport.Factory speaking(Link link) {
        return switch (link) {
            case Link.Http() -> http1::open;
            case Link.H2c() -> throw new UnsupportedOperationException();
            case Link.Https https -> {
                SSLContext context = https.context();
                yield (host, port) ->
                        http1.open(host, port, context, https.serverName().orElse(host));
            }
        };
    }

    /// Cuts what is still in flight, and stops the threads that all transports share.
    @Override
    public void close() {
        watchdog.close();
        http1.close();
    }
}
