package dev.stringsvc.gateway.transport;

import dev.stringsvc.gateway.transport.h2.Http2Transports;
import java.net.Proxy;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
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
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    private final Watchdog watchdog = Watchdog.start();
    private final IdleSweep idleSweep = IdleSweep.start();
    private final Pauses pauses;
    private final OkHttpClient base;
    private final Http2Transports http2;

    /// @param connectTimeout the longest wait for a connection
    /// @param pauses how long an instance may pause within a body
    public OkHttpTransports(Duration connectTimeout, Pauses pauses) {
        this.pauses = pauses;
        this.http2 = new Http2Transports(new Http2Transports.Times(connectTimeout), watchdog, pauses);
        this.base = new OkHttpClient.Builder()
                .connectTimeout(connectTimeout)
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .followSslRedirects(false)
                .fastFallback(false)
                .proxy(Proxy.NO_PROXY)
                .protocols(List.of(Protocol.HTTP_1_1))
                .socketFactory(new CountedSocket.Factory())
                .eventListenerFactory(AttemptTrace::of)
                .addNetworkInterceptor(new PassThrough())
                .build();
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
                Clients clients = clients(base);
                yield new OkHttpTransport(clients, clients, url, watchdog, pauses);
            }
            case Link.H2c() -> http2.open(host, port, open(host, port, new Link.Http()));
            case Link.H2(var trusted, var serverName) -> {
                Transport http1 = open(host, port, new Link.Https(trusted, serverName));
                SSLContext tls = Trust.context(Trust.in(trusted));
                yield http2.open(host, port, http1, new Http2Transports.Tls(tls, serverName));
            }
            case Link.Https(var trusted, var serverName) -> {
                X509TrustManager trust = Trust.in(trusted);
                String name = serverName.orElse(host);
                OkHttpClient secured = base.newBuilder()
                        .sslSocketFactory(new TlsSockets(Trust.context(trust).getSocketFactory()), trust)
                        .dns(asked -> Dns.SYSTEM.lookup(host))
                        .build();
                HttpUrl secure =
                        url.newBuilder().scheme("https").host(name).port(port).build();
                Clients clients = clients(secured);
                yield new OkHttpTransport(clients, clients, secure, watchdog, pauses);
            }
        };
    }

    private Clients clients(OkHttpClient template) {
        return idleSweep.add(Clients.of(pool -> pooled(template, pool), KEEP_ALIVE));
    }

    /// What is made of a template shares with it what it knows of certificates; its dispatcher would be a lock for all.
    private static OkHttpClient pooled(OkHttpClient template, ConnectionPool pool) {
        return template.newBuilder()
                .dispatcher(new Dispatcher())
                .connectionPool(pool)
                .build();
    }

    /// Stops the watchdog, which cuts what is still in flight.
    @Override
    public void close() {
        watchdog.close();
        idleSweep.close();
        http2.close();
    }
}
