package dev.stringsvc.gateway.transport;

import java.net.Proxy;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/// Opens OkHttp transports, each with clients of its own: an instance's connections are found without
/// passing those of its siblings, and go when it goes.
///
/// OkHttp is told to do nothing on its own: no retry, no redirect, no timers (the watchdog has them), no race of
/// addresses (so that an attempt stays on the calling thread), no proxy (that the JVM may be set up with). Thread-safe.
public final class OkHttpTransports implements Transport.Factory, AutoCloseable {
    private static final CountedSocket.Factory SOCKETS = new CountedSocket.Factory();
    private static final PassThrough PASS_THROUGH = new PassThrough();
    /// Else OkHttp reads the machine's certificates for each client.
    private static final List<ConnectionSpec> CLEAR_TEXT = List.of(ConnectionSpec.CLEARTEXT);

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    /// How soon it is noticed that a connection that requests share leads nowhere.
    private static final Duration PING = Duration.ofSeconds(5);

    private final Watchdog watchdog = Watchdog.start();
    private final IdleSweep idleSweep = IdleSweep.start(KEEP_ALIVE);
    private final Duration connectTimeout;
    private final Pauses pauses;

    /// @param connectTimeout the longest wait for a connection
    /// @param pauses how long an instance may pause within a body
    public OkHttpTransports(Duration connectTimeout, Pauses pauses) {
        this.connectTimeout = connectTimeout;
        this.pauses = pauses;
    }

    /// Anew for each client: what is made of another client shares locks with it.
    private OkHttpClient.Builder base(ConnectionPool pool) {
        return new OkHttpClient.Builder()
                .connectionPool(pool)
                .connectTimeout(connectTimeout)
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .followSslRedirects(false)
                .fastFallback(false)
                .proxy(Proxy.NO_PROXY)
                .protocols(List.of(Protocol.HTTP_1_1))
                .socketFactory(SOCKETS)
                .eventListenerFactory(AttemptTrace::of)
                .addNetworkInterceptor(PASS_THROUGH);
    }

    private OkHttpClient clearText(ConnectionPool pool) {
        return base(pool).connectionSpecs(CLEAR_TEXT).build();
    }

    @Override
    public Transport open(String host, int port) {
        return open(host, port, new Link.Http());
    }

    /// Opens transports that speak to instances in this way.
    public Transport.Factory speaking(Link link) {
        return (host, port) -> open(host, port, link);
    }

    private Transport open(String host, int port, Link link) {
        var url = new HttpUrl.Builder().scheme("http").host(host).port(port).build();
        return switch (link) {
            case Link.Http() -> {
                Clients clients = idleSweep.add(Clients.of(this::clearText));
                yield new OkHttpTransport(clients, clients, url, watchdog, pauses);
            }
            case Link.H2c() -> {
                Clients clients = idleSweep.add(Clients.shared(this::h2c));
                Clients http1 = idleSweep.add(Clients.of(this::clearText));
                yield new OkHttpTransport(clients, http1, url, watchdog, pauses);
            }
            case Link.Https https -> {
                X509TrustManager trust = https.trust();
                String name = https.serverName().orElse(host);
                var sockets = new TlsSockets(Link.Https.sockets(trust));
                Clients clients = idleSweep.add(Clients.of(pool -> base(pool)
                        .sslSocketFactory(sockets, trust)
                        .dns(asked -> Dns.SYSTEM.lookup(host))
                        .build()));
                HttpUrl secure =
                        url.newBuilder().scheme("https").host(name).port(port).build();
                yield new OkHttpTransport(clients, clients, secure, watchdog, pauses);
            }
        };
    }

    private OkHttpClient h2c(ConnectionPool pool) {
        return base(pool)
                .connectionSpecs(CLEAR_TEXT)
                .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
                .pingInterval(PING)
                .build();
    }

    /// Stops the watchdog, which cuts what is still in flight.
    @Override
    public void close() {
        watchdog.close();
        idleSweep.close();
    }
}
