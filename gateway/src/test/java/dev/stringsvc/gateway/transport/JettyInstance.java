package dev.stringsvc.gateway.transport;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/// An instance served by Jetty, over any protocol, that answers each request with a script. Thread-safe.
final class JettyInstance implements AutoCloseable {
    /// Answers one request; may block. If it throws, the request fails.
    @FunctionalInterface
    interface Script {
        void answer(Request request, Response response) throws Exception;
    }

    private final Server server = new Server();
    private final CountingConnector connector;
    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();

    /// @param tls the certificate and key, if the protocol uses TLS
    JettyInstance(Protocol link, SSLContext tls, Script script) throws Exception {
        this.connector = connector(server, link, tls);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                try {
                    script.answer(request, response);
                    callback.succeeded();
                } catch (Exception e) {
                    failures.add(e);
                    callback.failed(e);
                }
                return true;
            }
        });
        server.start();
    }

    private static CountingConnector connector(Server server, Protocol link, SSLContext tls) {
        var http = new HttpConfiguration();
        var http1 = new HttpConnectionFactory(http);
        return switch (link) {
            case Protocol.Http() -> new CountingConnector(server, null, http1);
            case Protocol.H2c() -> new CountingConnector(server, null, new HTTP2CServerConnectionFactory(http));
            case Protocol.Https _ -> new CountingConnector(server, showing(tls, http), http1);
            case Protocol.H2 _ -> {
                var alpn = new ALPNServerConnectionFactory();
                var http2 = new HTTP2ServerConnectionFactory(http);
                yield new CountingConnector(server, showing(tls, http), alpn, http2);
            }
        };
    }

    private static SslContextFactory.Server showing(SSLContext tls, HttpConfiguration http) {
        http.addCustomizer(new SecureRequestCustomizer(false));
        var factory = new SslContextFactory.Server();
        factory.setSslContext(tls);
        return factory;
    }

    int port() {
        return connector.getLocalPort();
    }

    /// The number of connections that were ever opened.
    int connections() {
        return connector.accepted.get();
    }

    /// The number of open connections.
    int openConnections() {
        return connector.getConnectedEndPoints().size();
    }

    /// The exceptions that scripts have thrown.
    Queue<Exception> failures() {
        return failures;
    }

    @Override
    public void close() {
        LifeCycle.stop(server);
    }

    private static final class CountingConnector extends ServerConnector {
        private final AtomicInteger accepted = new AtomicInteger();

        CountingConnector(Server server, SslContextFactory.@Nullable Server tls, ConnectionFactory... protocols) {
            super(server, tls, protocols);
        }

        @Override
        protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
            accepted.incrementAndGet();
            return new SocketChannelEndPoint(channel, selector, key, getScheduler());
        }
    }
}
