package dev.stringsvc.service;

import dev.stringsvc.program.LogWriter;
import dev.stringsvc.service.http.HttpServer;
import dev.stringsvc.tracing.Tracing;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes a fresh JVM ready for requests. Its first few hundred calls load classes and run interpreted,
/// so they are slow. They are sent here, through the same code, to a separate server on a loopback
/// port, whose log and meters are discarded.
final class WarmUp {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final int ROUNDS = 150;
    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final int LOG_CHARACTERS = 1 << 20;

    private WarmUp() {}

    /// Returns after 450 calls or two seconds. A failure is logged, and the service starts all the
    /// same.
    static void run() {
        run(LONGEST);
    }

    /// Returns after 450 calls, or after `longest`, which does not count as a failure.
    static void run(Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        try (var log = LogWriter.to(OutputStream.nullOutputStream(), LOG_CHARACTERS)) {
            HttpServer server = HttpServer.start("127.0.0.1", 0, log, port -> Tracing.OFF);
            try {
                for (int i = 0; i < ROUNDS && System.nanoTime() - end < 0; i++) {
                    post(server.port(), end, "/uppercase", "{\"s\": \"warm\"}");
                    post(server.port(), end, "/count", "{\"s\": \"warm\"}");
                    post(server.port(), end, "/notificator", "{\"email\": \"warm\", \"content\": \"up\"}");
                }
            } finally {
                server.stop(Duration.ZERO);
            }
        } catch (SocketTimeoutException e) {
            LOG.debug("the machine is slow: warm-up stopped before all calls were made", e);
        } catch (IOException | RuntimeException e) {
            LOG.warn("warm-up failed, so the first requests will be slow: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void post(int port, long end, String path, String json) throws IOException {
        var call = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        int left = (int) Math.max(1, (end - System.nanoTime()) / 1_000_000);
        call.setConnectTimeout(left);
        call.setReadTimeout(left);
        call.setDoOutput(true);
        try (OutputStream body = call.getOutputStream()) {
            body.write(json.getBytes(StandardCharsets.UTF_8));
        }
        try (InputStream answer = call.getInputStream()) {
            answer.transferTo(OutputStream.nullOutputStream());
        }
    }
}
