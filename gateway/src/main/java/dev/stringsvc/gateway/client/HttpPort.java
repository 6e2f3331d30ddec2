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
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.IdleTimeout;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A port that Jetty serves. Requests run on virtual threads, errors are answered with problems, Jetty
/// adds no headers of its own, and closing waits for requests in flight. Thread-safe.
public final class HttpPort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpPort.class);

    /// The logger on which Jetty warns of each malformed host, so that one client could fill the log.
    /// The access log has these requests. The field keeps the logger alive, since otherwise the JVM
    /// could forget its level.
    private static final java.util.logging.Logger HOST_WARNINGS =
            java.util.logging.Logger.getLogger("org.eclipse.jetty.util.HostPort");

    static {
        HOST_WARNINGS.setLevel(Level.OFF);
    }

    /// The largest head of a response that a handler may pass on.
    public static final int MOST_ANSWER_HEAD_BYTES = 65_536;

    /// The most that the gateway adds to a head.
    private static final int OWN_HEAD_BYTES = 4_096;

    private static final int BACKLOG = 4_096;

    private static final Duration KEEP_THREADS = Duration.ofSeconds(5);

    /// A port that is closing is quiet once nothing has arrived for this long.
    private static final Duration QUIET_TIME = Duration.ofMillis(200);

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(10);

    /// Refuses paths that could be read in two ways, since the admin port's handlers get them decoded.
    private static final UriCompliance UNAMBIGUOUS = UriCompliance.RFC3986.with(
            "UNAMBIGUOUS",
            UriCompliance.Violation.AMBIGUOUS_EMPTY_SEGMENT,
            UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING);

    /// Leaves paths to the proxy, which checks them itself ([dev.stringsvc.gateway.http.RequestTarget]).
    /// Fragments and user names are refused here, since Jetty would remove them silently.
    private static final UriCompliance LEFT_TO_HANDLER = UriCompliance.UNSAFE.without(
            "LEFT_TO_HANDLER", UriCompliance.Violation.FRAGMENT, UriCompliance.Violation.USER_INFO);

    private final Server server;
    private final ClientConnector connector;
    private final Work work;
    private final int port;

    /// The settings of a port.
    ///
    /// @param port 0 for a free port
    /// @param connections the limit of open connections
    /// @param headBytes the largest head of a request that is accepted, its first line included
    /// @param paths who checks a request's path
    public record Settings(
            String host,
            int port,
            ClientProtocols protocols,
            ClientTimeouts timeouts,
            ConnectionLimit connections,
            int headBytes,
            Paths paths) {}

    /// Who checks a request's path.
    public enum Paths {
        /// Jetty, which refuses a path that can be read in two ways.
        STRICT,
        /// The handler, which gets every path as the client sent it.
        LEFT_TO_HANDLER
    }

    /// The work in flight, which closing the port waits for.
    ///
    /// @param timeToDrain the longest wait for requests in flight
    /// @param inFlight the number of requests in flight
    public record Work(Supplier<Duration> timeToDrain, IntSupplier inFlight) {
        /// Closing does not wait.
        public static final Work NONE = new Work(() -> Duration.ZERO, () -> 0);
    }

    /// @param handler answers every request
    /// @param refused hears of requests that are refused before a handler sees them
    /// @throws UncheckedIOException if the port cannot be opened
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
        // many connections at once start many threads, and by default Jetty ends only one a minute
        threads.setIdleTimeout((int) KEEP_THREADS.toMillis());
        threads.setMaxEvictCount(threads.getMaxThreads());
        threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
        this.server = new Server(threads, null, buffers());
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

    /// Keeps buffers as large as a head may be: Jetty takes such a buffer for each head over HTTP/2. By
    /// default buffers above 64 KiB are allocated and zeroed each time.
    private static ArrayByteBufferPool buffers() {
        return new ArrayByteBufferPool(-1, -1, MOST_ANSWER_HEAD_BYTES + OWN_HEAD_BYTES);
    }

    private static HttpConfiguration configuration(Settings settings) {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setMaxResponseHeaderSize(MOST_ANSWER_HEAD_BYTES + OWN_HEAD_BYTES);
        http.setSendDateHeader(false); // the handler sets it, or passes on an instance's
        http.setRequestHeaderSize(settings.headBytes());
        http.setHeaderCacheSize(0); // the cache takes 36 KiB per connection and makes no request faster
        http.setHeaderCacheCaseSensitive(true); // otherwise `TEXT/html` becomes `text/html`
        http.setHttpCompliance(HttpCompliance.STRICT); // otherwise a line may end with LF alone
        http.setUriCompliance(settings.paths() == Paths.STRICT ? UNAMBIGUOUS : LEFT_TO_HANDLER);
        return http;
    }

    /// Opens the port before anything starts, so that nothing has to be undone if that fails.
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

    /// Stops accepting connections, waits for requests in flight or about to arrive, and stops.
    @Override
    public void close() {
        connector.close();
        connector.sendElsewhere();
        Duration patience = work.timeToDrain().get();
        if (!awaitQuiet(patience)) {
            LOG.warn("port {}: requests did not finish within {} ms and are cut", port, patience.toMillis());
        }
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("port {}: stopping failed", port, e);
        }
    }

    /// Waits until the port is quiet: no request is in flight, and nothing has arrived for a while. The
    /// second condition is needed since a new connection may be about to send its request.
    private boolean awaitQuiet(Duration patience) {
        long start = System.nanoTime();
        try {
            long quietSince = start;
            while (System.nanoTime() - start < patience.toNanos()) {
                long now = System.nanoTime();
                if (!isQuiet()) {
                    quietSince = now;
                } else if (now - quietSince >= QUIET_TIME.toNanos()) {
                    return true;
                }
                Thread.sleep(CHECK_INTERVAL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return work.inFlight().getAsInt() == 0;
    }

    private boolean isQuiet() {
        return work.inFlight().getAsInt() == 0
                && !connector.isTaking()
                && connector.getConnectedEndPoints().stream()
                        .allMatch(connection ->
                                connection instanceof IdleTimeout idle && idle.getIdleFor() >= QUIET_TIME.toMillis());
    }
}
