package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/// Clients and instances that try to fill the gateway's memory. The gateway has 256 MiB, and exits if
/// they do not suffice.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
@Isolated("measures memory")
class MemoryTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final int LARGE = 100 * MEBIBYTE;
    private static final int STREAMS = 60;
    /// The most that the kernels of both sides buffer for one connection, with a margin.
    private static final long MOST_TAKEN = 16L * MEBIBYTE;

    private final FaultyInstance http1 = FaultyInstance.start("http1");
    private final Http2Instance h2c = new Http2Instance(false);
    private final Http2Instance continuation = new Http2Instance(true);
    private final ServerSocket refusing = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final GatewayProcess gateway;

    MemoryTest() throws IOException {
        String instances = "http1=127.0.0.1:%d h2c=127.0.0.1:%d continuation=127.0.0.1:%d refusing=127.0.0.1:%d"
                .formatted(http1.port(), h2c.port(), continuation.port(), refusing.getLocalPort());
        gateway = GatewayProcess.start(
                "127.0.0.1:1",
                Map.of("GATEWAY_STATIC", instances, "JAVA_TOOL_OPTIONS", "-Xmx256m -XX:+ExitOnOutOfMemoryError"),
                Cluster.config("memory.yaml"));
    }

    @BeforeAll
    void serves() throws Exception {
        servesOthers();
    }

    @AfterEach
    void well() {
        http1.behave(Behaviour.well());
    }

    @AfterAll
    void stop() throws IOException {
        gateway.close();
        http.close();
        http1.close();
        h2c.close();
        continuation.close();
        refusing.close();
    }

    private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(gateway.uri(path))
                .timeout(Duration.ofSeconds(20))
                .build();
        return http.send(request, BodyHandlers.ofByteArray());
    }

    private void servesOthers() throws Exception {
        for (int i = 0; i < 150; i++) {
            assertThat(get("/http1/count").statusCode()).isEqualTo(200);
            assertThat(get("/h2c/1000").body()).hasSize(1_000);
        }
        HttpResponse<byte[]> large = get("/h2c/" + 5 * MEBIBYTE);
        assertThat(large.statusCode()).isEqualTo(200);
        assertThat(large.body()).hasSize(5 * MEBIBYTE);
        assertThat(gateway.process().isAlive()).isTrue();
    }

    @Test
    void stalled_clients_hold_back_an_h2c_instance() throws Exception {
        long before = h2c.largeSent();
        try (var client = new StalledClient(gateway.port(), "/h2c/" + LARGE, STREAMS)) {
            await().atMost(Cluster.PATIENCE).until(() -> client.heads() == STREAMS);
            servesOthers();
            // the first window, and a second one because the gateway buffers some of the answer
            assertThat(h2c.largeSent() - before).isPositive().isLessThan(STREAMS * 128L * 1024);
        }
        awaitNothingInFlight();
    }

    @Test
    void stalled_clients_hold_back_an_http1_instance() throws Exception {
        long before = http1.sent();
        http1.behave(Behaviour.only("/http1/large", Behaviour.large(LARGE)));
        try (var client = new StalledClient(gateway.port(), "/http1/large", STREAMS)) {
            await().atMost(Cluster.PATIENCE).until(() -> client.heads() == STREAMS);
            servesOthers();
            assertThat(http1.sent() - before).isPositive().isLessThan(STREAMS * MOST_TAKEN / 4);
        }
        awaitNothingInFlight();
    }

    private void awaitNothingInFlight() {
        await().atMost(Cluster.PATIENCE).until(() -> gateway.meter("gateway_requests_in_flight") == 0);
    }

    @Test
    void endless_head_is_502() throws Exception {
        refuses(Behaviour.endless("HTTP/1.1 200 OK\r\n", "X-Name: value\r\n"), false);
        refuses(Behaviour.endless("HTTP/1.1 200 OK\r\nX-Name: ", "x"), false);
    }

    @Test
    void endless_interim_answers_are_cut() throws Exception {
        // the JDK's client accepts eight of them and then gives up
        refuses(Behaviour.endless("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), true);
    }

    @Test
    void endless_chunk_extension_is_cut() throws Exception {
        refuses(Behaviour.endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=", "x"), true);
        refuses(Behaviour.endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n5;a=", "x"), true);
    }

    @Test
    void endless_trailers_are_cut() throws Exception {
        String begun = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n";
        refuses(Behaviour.endless(begun, "X-Name: value\r\n"), true);
        refuses(Behaviour.endless(begun + "X-Name: ", "x"), true);
    }

    private void refuses(Behaviour endless, boolean begun) throws Exception {
        long before = http1.sent();
        int requests = http1.requests();
        http1.behave(Behaviour.only("/http1/endless", endless));
        String answer = answer("/http1/endless");
        assertThat(answer).isIn("502", begun ? "cut" : "502");
        await().atMost(Cluster.PATIENCE).until(this::isHttp1Quiet);
        long most = MOST_TAKEN * (http1.requests() - requests);
        assertThat(http1.sent() - before).isPositive().isLessThan(most);
        servesOthers();
    }

    /// True if the gateway has closed its connections. Otherwise the instance's kernel would accept no
    /// more bytes, and the connections would still be open.
    private boolean isHttp1Quiet() {
        return http1.connections() <= 1;
    }

    private String answer(String path) throws InterruptedException {
        try {
            return String.valueOf(get(path).statusCode());
        } catch (IOException e) {
            return "cut";
        }
    }

    @Test
    void endless_continuation_is_502() throws Exception {
        assertThat(answer("/continuation/1")).isEqualTo("502");
        await().atMost(Cluster.PATIENCE).until(() -> continuation.connections() == 0);
        assertThat(continuation.sent()).isPositive().isLessThan(3 * MOST_TAKEN);
        servesOthers();
    }

    @Test
    void client_that_keeps_sending_still_reads_the_whole_413() throws Exception {
        var done = new CountDownLatch(1);
        String body = "no".repeat(10_000);
        Thread instance = Thread.ofVirtual().start(() -> refuse(body, done));
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("POST /refusing HTTP/1.1\r\nHost: gw\r\nContent-Length: " + 8 * MEBIBYTE + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            Thread.ofVirtual().start(() -> upload(socket));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).startsWith("HTTP/1.1 413 ").endsWith("\r\n\r\n" + body);
        } finally {
            done.countDown();
            instance.join();
        }
        servesOthers();
    }

    private static void upload(Socket socket) {
        byte[] piece = new byte[64 * 1024];
        try {
            for (int sent = 0; sent < 8 * MEBIBYTE; sent += piece.length) {
                socket.getOutputStream().write(piece);
            }
        } catch (IOException e) {
            // the gateway reads no more
        }
    }

    /// Answers once a head has come, and reads no further.
    private void refuse(String body, CountDownLatch done) {
        try (Socket socket = refusing.accept()) {
            socket.setReceiveBufferSize(64 * 1024);
            skipHead(new DataInputStream(socket.getInputStream()));
            socket.getOutputStream()
                    .write(("HTTP/1.1 413 Content Too Large\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
            done.await();
        } catch (IOException e) {
            // the gateway has closed the connection
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void skipHead(InputStream in) throws IOException {
        int last = 0;
        while (last != 0x0d0a0d0a) {
            last = last << 8 | in.read();
        }
    }
}
