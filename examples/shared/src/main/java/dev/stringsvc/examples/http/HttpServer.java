package dev.stringsvc.examples.http;

import dev.stringsvc.examples.program.Settings;
import dev.stringsvc.program.IpAddress;
import dev.stringsvc.tracing.HttpCalls;
import dev.stringsvc.tracing.Tracing;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.servlet.JavalinServlet;
import io.javalin.http.servlet.ServletEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import kotlin.LazyKt;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A listening server on virtual threads, which also serves `GET /health`.
public final class HttpServer {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    /// Longer than callers keep an idle connection, so that the caller closes it.
    private static final Duration IDLE = Duration.ofSeconds(75);

    private final GracefulHandler requests = new GracefulHandler();
    private final Javalin javalin;
    private final Settings.Stop stop;
    private volatile Tracing tracing = Tracing.OFF;
    private volatile boolean draining;

    private HttpServer(Settings settings, Consumer<RoutesConfig> routes) {
        this.stop = settings.stop();
        this.javalin = Javalin.create(config -> {
            quiet(config);
            // Javalin's other servlet needs its WebSockets, which are left out
            config.unsafe.servlet = LazyKt.lazyOf(new ServletEntry(null, new JavalinServlet(config.unsafe)));
            var threads = new QueuedThreadPool();
            threads.setName("jetty");
            threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
            config.jetty.threadPool = threads;
            config.jetty.modifyServer(server -> {
                requests.setHandler(new HttpCalls(() -> tracing));
                server.setHandler(requests);
                server.setErrorHandler(Problem.handler());
                server.setStopTimeout(stop.drain().toMillis());
            });
            config.jetty.modifyServletContextHandler(context -> context.setErrorHandler(Problem.handler()));
            config.jetty.addConnector((server, http) -> {
                ServerConnector connector = listen(server, http, settings.host(), settings.port());
                tracing = start(settings, connector);
                return connector;
            });
            config.routes.get("/health", this::health);
            config.routes.head("/health", this::health);
            routes.accept(config.routes); // later, so that none takes /health
            config.routes.after(this::closeWhenDraining);
            config.routes.after(HttpCalls::nameRoute);
            Problem.answerErrors(config);
        });
        javalin.start();
    }

    /// Listens.
    ///
    /// @param routes adds the routes that it serves
    /// @throws IllegalArgumentException if a variable of OpenTelemetry is not valid; the message is for
    /// the user
    /// @throws UncheckedIOException if it cannot listen; the cause has Java's reason
    public static HttpServer start(Settings settings, Consumer<RoutesConfig> routes) {
        var server = new HttpServer(settings, routes);
        LOG.info("listening on {}", IpAddress.withPort(settings.host(), server.port()));
        return server;
    }

    private static void quiet(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.prefer405over404 = true;
        config.concurrency.useVirtualThreads = true;
    }

    /// Opens the port before Javalin starts. Otherwise Javalin would log a port that is taken in
    /// its own words.
    private static ServerConnector listen(Server server, HttpConfiguration http, String host, int port) {
        var connector = new ServerConnector(server, new HttpConnectionFactory(http));
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(IDLE.toMillis());
        try {
            connector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return connector;
    }

    private static Tracing start(Settings settings, ServerConnector connector) {
        try {
            return settings.tracing().apply(connector.getLocalPort());
        } catch (RuntimeException e) {
            connector.close();
            throw e;
        }
    }

    private record Health(String status) {}

    private void health(Context ctx) {
        ctx.status(draining ? 503 : 200);
        Json.answer(ctx, "application/json", new Health(draining ? "draining" : "serving"));
    }

    private void closeWhenDraining(Context ctx) {
        if (draining) {
            ctx.header("Connection", "close");
        }
    }

    /// The port that it listens on.
    public int port() {
        return javalin.port();
    }

    /// Deregisters, serves on for the grace, then stops accepting connections and answers the
    /// requests in flight. From the beginning health answers 503, and every response asks the caller
    /// to close its connection.
    public void stop(Runnable deregister) {
        draining = true;
        try {
            deregister.run();
            stop.serveOn();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.info("accepting no more connections; requests in flight: {}", requests.getCurrentRequestCount());
        javalin.stop();
        tracing.close();
        LOG.info("stopped");
    }
}
