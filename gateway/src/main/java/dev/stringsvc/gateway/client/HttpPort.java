package dev.stringsvc.gateway.client;

import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.IdleTimeout;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A port that Jetty serves, with what both ports share: requests on virtual threads and sockets on a
/// few of the platform's, problems instead of error pages, nothing added to what a handler says, and a
/// stop that lets requests finish. Thread-safe.
public final class HttpPort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpPort.class);

    /// Jetty warns here of each malformed host, with which one client could fill the log. The access log
    /// has these requests. The logger is held because the JVM forgets the level of a logger that is not.
    private static final java.util.logging.Logger BAD_HOSTS =
            java.util.logging.Logger.getLogger("org.eclipse.jetty.util.HostPort");

    static {
        BAD_HOSTS.setLevel(Level.OFF);
    }

    /// The longest head of an answer that a handler may pass on.
    public static final int MOST_ANSWER_HEAD_BYTES = 65_536;

    /// What the gateway itself adds to a head, at the most.
    private static final int OWN_HEAD_BYTES = 4_096;

    private static final int BACKLOG = 4_096;

    private static final Duration KEEP_THREADS = Duration.ofSeconds(5);

    /// For how long nothing must have come in before a stopping port is held for idle.
    private static final Duration QUIET = Duration.ofMillis(200);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    /// Servlets read paths after Jetty has decoded them: what could be read in two ways is refused.
    private static final UriCompliance NO_TWO_WAYS = UriCompliance.RFC3986.with(
            "NO_TWO_WAYS",
            UriCompliance.Violation.AMBIGUOUS_EMPTY_SEGMENT,
            UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING);

    /// The proxy reads paths itself ([dev.stringsvc.gateway.http.RequestTarget]) and says what is wrong
    /// with them. A fragment or a user's name Jetty would take off without a word.
    private static final UriCompliance LEFT_TO_HANDLER = UriCompliance.UNSAFE.without(
            "LEFT_TO_HANDLER", UriCompliance.Violation.FRAGMENT, UriCompliance.Violation.USER_INFO);

    private final Server server;
    private final ClientConnector connector;
    private final Work work;
    private final int port;

    /// How a port listens, and what it takes.
    ///
    /// @param port 0 picks a free one
    /// @param connections how many are open at a time
    /// @param headBytes the longest head of a request that is taken, its first line included
    /// @param paths who judges a request's path
    public record Settings(
            String host,
            int port,
            ClientProtocols protocols,
            ClientTimeouts timeouts,
            ConnectionLimit connections,
            int headBytes,
            Paths paths) {}

    /// Who judges a request's path.
    public enum Paths {
        /// Jetty: a path that can be read in two ways is refused.
        STRICT,
        /// The handler, which gets every path as it came.
        LEFT_TO_HANDLER
    }

    /// What is under way, asked when the port is closed.
    ///
    /// @param timeToDrain how long requests in flight may take to finish
    /// @param inFlight how many requests are not yet answered
    public record Work(Supplier<Duration> timeToDrain, IntSupplier inFlight) {
        /// Nothing is waited for.
        public static final Work NONE = new Work(() -> Duration.ZERO, () -> 0);
    }

    /// @param handler answers every request
    /// @param refused hears of requests that no handler sees
    /// @throws UncheckedIOException when the port is taken, or may not be had
    public HttpPort(Settings settings, Handler handler, Exchange.Listener refused, Work work) {
        this.work = work;
        var threads = new QueuedThreadPool() {
            @Override
            protected void onJobFailure(Throwable failure) {
                FailStop.check("a job of Jetty failed", failure);
                super.onJobFailure(failure);
            }
        };
        threads.setName("jetty");
        // many new connections at once start many threads, of which Jetty by default ends one a minute
        threads.setIdleTimeout((int) KEEP_THREADS.toMillis());
        threads.setMaxEvictCount(threads.getMaxThreads());
        threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
        this.server = new Server(threads);
        server.setErrorHandler(new ProblemErrorHandler(refused));
        server.setHandler(handler);
        this.connector = new ClientConnector(server, settings, configuration(settings), refused);
        server.addConnector(connector);
        this.port = listen(connector, settings.host(), settings.port());
        try {
            server.start();
        } catch (Exception e) {
            LifeCycle.stop(server);
            connector.close();
            throw new UncheckedIOException(new IOException("port " + this.port + " cannot be served", e));
        }
    }

    private static HttpConfiguration configuration(Settings settings) {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setMaxResponseHeaderSize(MOST_ANSWER_HEAD_BYTES + OWN_HEAD_BYTES);
        http.setSendDateHeader(false); // a handler says it, or passes an instance's on
        http.setRequestHeaderSize(settings.headBytes());
        http.setHeaderCacheSize(0); // the cache takes 36 KiB a connection and makes no request faster
        http.setHeaderCacheCaseSensitive(true); // else `TEXT/html` becomes `text/html`
        http.setHttpCompliance(HttpCompliance.STRICT); // else a line may end with LF alone
        http.setUriCompliance(settings.paths() == Paths.STRICT ? NO_TWO_WAYS : LEFT_TO_HANDLER);
        return http;
    }

    /// Opens the port before anything starts, so that one that is taken leaves nothing behind.
    private static int listen(ClientConnector connector, String host, int port) {
        connector.setHost(host);
        connector.setPort(port);
        connector.setAcceptQueueSize(BACKLOG);
        try {
            connector.open();
        } catch (IOException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new UncheckedIOException(
                    "cannot listen on " + IpAddress.withPort(host, port) + ": " + cause.getMessage(), e);
        }
        return connector.getLocalPort();
    }

    /// The port that clients reach.
    public int port() {
        return port;
    }

    /// How many connections are open.
    public int connections() {
        return connector.connections();
    }

    /// Takes no more connections, waits for requests in flight and for those that are on their way, and
    /// ends.
    @Override
    public void close() {
        connector.close();
        connector.sendElsewhere();
        Duration patience = work.timeToDrain().get();
        if (!awaitQuiet(patience)) {
            LOG.warn("port {}: requests did not finish in {} ms and are cut", port, patience.toMillis());
        }
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("port {}: did not stop in order", port, e);
        }
    }

    /// A connection that was taken just now has perhaps not said its request yet: quiet is when nothing
    /// is in flight and no connection has said anything for a while.
    private boolean awaitQuiet(Duration patience) {
        long start = System.nanoTime();
        try {
            long quietSince = start;
            while (System.nanoTime() - start < patience.toNanos()) {
                long now = System.nanoTime();
                if (!isQuiet()) {
                    quietSince = now;
                } else if (now - quietSince >= QUIET.toNanos()) {
                    return true;
                }
                Thread.sleep(LOOK_AGAIN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return work.inFlight().getAsInt() == 0;
    }

    private boolean isQuiet() {
        return work.inFlight().getAsInt() == 0
                && connector.getConnectedEndPoints().stream()
                        .allMatch(connection ->
                                connection instanceof IdleTimeout idle && idle.getIdleFor() >= QUIET.toMillis());
    }
}
