package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/// Bodies far larger than the gateway's memory pass through it in both directions. The gateway would
/// exit if it ran out of memory.
@Timeout(300)
@Isolated("measures memory")
class LargeBodyTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final String SENT = "Sent";

    /// An instance that reads a body to its end, reports its length, and answers with a body of the
    /// same length.
    private static HttpServer instance() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", LargeBodyTest::answer);
        server.start();
        return server;
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange;
                OutputStream out = exchange.getResponseBody()) {
            long length = exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            exchange.getResponseHeaders().add(SENT, Long.toString(length));
            exchange.sendResponseHeaders(200, length);
            byte[] chunk = new byte[MEBIBYTE];
            for (long left = length; left > 0; left -= chunk.length) {
                out.write(chunk, 0, (int) Math.min(left, chunk.length));
            }
        }
    }

    @Test
    void body_of_three_times_the_heap_passes_in_both_directions() throws Exception {
        passes(192, "-Xmx64m");
    }

    @Tag("long")
    @Test
    void body_of_a_gibibyte_passes_in_both_directions_with_a_heap_of_128_mebibytes() throws Exception {
        passes(1_024, "-Xmx128m");
    }

    private static void passes(int mebibytes, String heap) throws Exception {
        long length = (long) mebibytes * MEBIBYTE;
        HttpServer instance = instance();
        String address = "stringsvc=127.0.0.1:" + instance.getAddress().getPort();
        var env = Map.of("JAVA_TOOL_OPTIONS", heap + " -XX:+ExitOnOutOfMemoryError");
        try (var gateway = GatewayProcess.start("127.0.0.1:1", env, "--static", address);
                var http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()) {
            var request = HttpRequest.newBuilder(gateway.uri("/stringsvc/count"))
                    .timeout(Duration.ofMinutes(4))
                    .POST(BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> zeros(length)), length))
                    .build();
            HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue(SENT)).hasValue(Long.toString(length));
            assertThat(answer.body().transferTo(OutputStream.nullOutputStream()))
                    .isEqualTo(length);
            assertThat(gateway.process().isAlive()).isTrue();
        } finally {
            instance.stop(0);
        }
    }

    private static InputStream zeros(long length) {
        return new InputStream() {
            private long left = length;

            @Override
            public int read() {
                throw new UncheckedIOException(new IOException("only one byte was asked for"));
            }

            @Override
            public int read(byte[] bytes, int from, int count) {
                int n = (int) Math.min(left, count);
                left -= n;
                return n == 0 && count > 0 ? -1 : n;
            }
        };
    }
}
