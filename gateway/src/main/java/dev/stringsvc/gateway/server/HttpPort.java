package dev.stringsvc.gateway.server;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinException;
import java.time.Duration;
import java.util.function.Consumer;
import org.eclipse.jetty.http.UriCompliance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A port that Javalin serves, with what both ports share: virtual threads, problems instead of error pages, nothing
/// added to what a handler says, and a stop that lets requests finish.
public final class HttpPort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpPort.class);

    /// What the gateway itself adds to a head, at the most.
    private static final int OWN_HEAD_BYTES = 4_096;

    private final Javalin javalin;
    private final int port;

    /// @param port 0 picks a free one
    /// @param drain how long requests in flight may take to finish when the port is closed
    /// @throws io.javalin.util.JavalinBindException when the port is taken, or may not be had
    public HttpPort(String host, int port, Duration drain, Consumer<JavalinConfig> routes) {
        this.javalin = Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.startup.startupWatcherEnabled = false;
                    config.startup.showOldJavalinVersionWarning = false;
                    config.concurrency.useVirtualThreads = true;
                    config.http.compressionStrategy = CompressionStrategy.NONE;
                    config.jetty.host = host;
                    config.jetty.port = port;
                    config.jetty.modifyHttpConfiguration(http -> {
                        http.setSendServerVersion(false);
                        http.setMaxResponseHeaderSize(Answer.MOST_HEAD_BYTES + OWN_HEAD_BYTES);
                        http.setSendDateHeader(false); // a handler says it, or passes an instance's on
                        http.setUriCompliance(UriCompliance.RFC3986);
                    });
                    config.jetty.modifyServer(server -> {
                        server.setErrorHandler(new ProblemErrorHandler());
                        server.setStopTimeout(drain.toMillis());
                    });
                    config.jetty.modifyServletContextHandler(
                            context -> context.setErrorHandler(new ProblemErrorHandler()));
                    routes.accept(config);
                })
                .start();
        this.port = javalin.port();
    }

    /// The port that clients reach.
    public int port() {
        return port;
    }

    /// Takes no more connections, waits for requests in flight, and ends.
    @Override
    public void close() {
        try {
            javalin.stop();
        } catch (JavalinException e) {
            LOG.warn("port {}: requests did not finish in time and were cut: {}", port, e.getMessage());
        }
    }
}
