package dev.stringsvc.users.users;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.servlet.JavalinServlet;
import io.javalin.http.servlet.ServletEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import kotlin.LazyKt;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// The listening server: `POST /create` and `GET /health`, on virtual threads.
final class HttpServer {
    /// Longer than callers keep an idle connection, so that the caller closes it.
    private static final Duration IDLE = Duration.ofSeconds(75);

    private final GracefulHandler requests = new GracefulHandler();
    private final Javalin javalin;
    private volatile boolean draining;

    private HttpServer(String host, int port, CreateApi api, Duration drain) {
        this.javalin = Javalin.create(config -> {
            quiet(config);
            // Javalin's other servlet needs its WebSockets, which are left out
            config.unsafe.servlet = LazyKt.lazyOf(new ServletEntry(null, new JavalinServlet(config.unsafe)));
            var threads = new QueuedThreadPool();
            threads.setName("jetty");
            threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
            config.jetty.threadPool = threads;
            config.jetty.modifyServer(server -> {
                server.setHandler(requests);
                server.setErrorHandler(Problem.handler());
                server.setStopTimeout(drain.toMillis());
            });
            config.jetty.modifyServletContextHandler(context -> context.setErrorHandler(Problem.handler()));
            config.jetty.addConnector((server, http) -> listen(server, http, host, port));
            config.routes.post("/create", api::create);
            config.routes.get("/health", this::health);
            config.routes.head("/health", this::health);
            config.routes.after(this::closeWhenDraining);
            Problem.answerErrors(config);
        });
        javalin.start();
    }

    /// Listens; port 0 picks a free one.
    ///
    /// @param drain the longest wait for requests in flight when it stops
    /// @throws UncheckedIOException if it cannot listen there; the cause has Java's reason
    static HttpServer start(String host, int port, CreateApi api, Duration drain) {
        return new HttpServer(host, port, api, drain);
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
    private static Connector listen(Server server, HttpConfiguration http, String host, int port) {
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

    int port() {
        return javalin.port();
    }

    /// From now on health answers 503, and every response asks the caller to close its connection.
    /// All requests are still served.
    void drain() {
        draining = true;
    }

    long inFlight() {
        return requests.getCurrentRequestCount();
    }

    /// Stops accepting connections, and waits for the requests in flight.
    void stop() {
        javalin.stop();
    }
}
