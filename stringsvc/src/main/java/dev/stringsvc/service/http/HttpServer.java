package dev.stringsvc.service.http;

import dev.stringsvc.program.LogWriter;
import dev.stringsvc.tracing.HttpCalls;
import dev.stringsvc.tracing.Tracing;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.JettyConfig;
import io.javalin.http.servlet.JavalinServlet;
import io.javalin.http.servlet.ServletEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import kotlin.LazyKt;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// The listening server. Requests run on virtual threads; a few platform threads read and write the
/// sockets. Thread-safe.
public final class HttpServer {
    /// Longer than callers keep an idle connection. So the caller closes it, and no request meets a
    /// connection that the service is closing.
    private static final Duration IDLE = Duration.ofSeconds(75);

    private static final int BACKLOG = 1024;

    private final Intake intake = new Intake();
    private final Meters meters = new Meters();
    private final Javalin javalin;
    private final int port;
    private volatile Tracing tracing = Tracing.OFF;

    private HttpServer(String host, int port, LogWriter calls, IntFunction<Tracing> tracing) {
        var api = new StringApi(new CallLog(calls), meters);
        var status = new StatusApi(intake, meters);
        this.javalin = Javalin.create(config -> {
            quiet(config);
            // Javalin's other servlet answers WebSocket requests with 404 and a session cookie.
            config.unsafe.servlet = LazyKt.lazyOf(new ServletEntry(null, new JavalinServlet(config.unsafe)));
            jetty(config.jetty, host, port, tracing);
            api.addTo(config.routes);
            status.addTo(config.routes);
            config.routes.after(intake::closeWhenDraining);
            config.routes.after(HttpCalls::nameRoute);
            Errors.addTo(config);
        });
        javalin.start();
        this.port = javalin.port();
    }

    /// Listens; port 0 picks a free one. Each call is logged to `calls`.
    ///
    /// @param tracing makes the calls' traces; is given the port that it listens on
    /// @throws UncheckedIOException if it cannot listen there; the cause has Java's reason
    public static HttpServer start(String host, int port, LogWriter calls, IntFunction<Tracing> tracing) {
        return new HttpServer(host, port, calls, tracing);
    }

    private static void quiet(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.prefer405over404 = true;
        config.concurrency.useVirtualThreads = true;
    }

    private void jetty(JettyConfig jetty, String host, int port, IntFunction<Tracing> tracing) {
        var threads = new QueuedThreadPool();
        threads.setName("jetty");
        threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
        jetty.threadPool = threads;
        var problems = new JettyProblems();
        jetty.modifyServer(server -> {
            intake.setHandler(new HttpCalls(() -> this.tracing));
            server.setHandler(intake);
            server.setErrorHandler(problems);
        });
        jetty.modifyServletContextHandler(context -> context.setErrorHandler(problems));
        jetty.addConnector((server, http) -> {
            ServerConnector connector = listen(server, http, host, port);
            this.tracing = start(tracing, connector);
            return connector;
        });
    }

    /// Opens the port before Javalin starts. Otherwise Javalin would log a port that is taken in its
    /// own words.
    private static ServerConnector listen(Server server, HttpConfiguration http, String host, int port) {
        var connector = new ServerConnector(server, new HttpConnectionFactory(http));
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(IDLE.toMillis());
        connector.setAcceptQueueSize(BACKLOG);
        try {
            connector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return connector;
    }

    private static Tracing start(IntFunction<Tracing> tracing, ServerConnector connector) {
        try {
            return tracing.apply(connector.getLocalPort());
        } catch (RuntimeException e) {
            connector.close();
            throw e;
        }
    }

    /// The port that it listens on; still known after it has stopped.
    public int port() {
        return port;
    }

    /// From now on health answers 503, and every response asks the caller to close its connection. All
    /// requests are still served.
    public void drain() {
        intake.drain();
    }

    /// The number of requests that have been read and not yet answered to the last byte.
    public int inFlight() {
        return intake.inFlight();
    }

    /// Stops accepting connections, waits at most `longest` for the requests in flight, and closes the
    /// connections that are left.
    ///
    /// @return true if all requests in flight were answered
    public boolean stop(Duration longest) throws InterruptedException {
        drain();
        var connector = (ServerConnector) javalin.jettyServer().server().getConnectors()[0];
        connector.close();
        boolean finished = intake.close(longest);
        Disconnect.closeIdle(connector);
        javalin.stop();
        tracing.close();
        meters.close();
        return finished;
    }
}
