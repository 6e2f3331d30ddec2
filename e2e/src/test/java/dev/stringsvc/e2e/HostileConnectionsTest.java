package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/// More client connections than a gateway with 512 file descriptors can hold.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(90)
@Isolated("measures times")
class HostileConnectionsTest {
    private static final int OPEN_FILES = 512;
    private static final int CROWD = 900;
    private static final int ANSWER_MILLIS = 20_000;
    private static final String GET = "GET /stringsvc/uppercase HTTP/1.1\r\nHost: gw\r\n";
    private static final String POST =
            "POST /stringsvc/notificator HTTP/1.1\r\nHost: gw\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";

    private final FaultyInstance instance = FaultyInstance.start("well");
    private final GatewayProcess gateway = GatewayProcess.startWithOpenFiles(
            OPEN_FILES,
            Map.of("GATEWAY_STATIC", "stringsvc=127.0.0.1:" + instance.port(), "JAVA_TOOL_OPTIONS", "-Xmx256m"));
    private final List<Socket> crowd = new ArrayList<>();

    @AfterEach
    void leave() throws IOException {
        for (Socket socket : crowd) {
            socket.close();
        }
        crowd.clear();
        instance.behave(Behaviour.well());
    }

    @AfterAll
    void stop() {
        gateway.close();
        instance.close();
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        socket.setSoTimeout(ANSWER_MILLIS);
        return socket;
    }

    /// The status line that a new client gets.
    private String ask() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(POST.getBytes(StandardCharsets.US_ASCII));
            return status(socket);
        }
    }

    private static String status(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .lines()
                .findFirst()
                .orElse("nothing");
    }

    private void joins(String said) throws IOException {
        for (int i = 0; i < CROWD; i++) {
            Socket socket = connect();
            crowd.add(socket);
            socket.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private void isReady() throws Exception {
        assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(200);
        assertThat(gateway.process().isAlive()).isTrue();
    }

    @Test
    void many_idle_connections_do_not_lock_out_others() throws Exception {
        assertThat(gateway.process().lines())
                .anyMatch(line -> line.contains("limits.connections: at most ")
                        && line.contains("three quarters of the ")
                        && line.contains(" file descriptors that are left"));
        joins("");
        long start = System.nanoTime();
        for (int i = 0; i < 3; i++) {
            assertThat(ask()).isEqualTo("HTTP/1.1 200 OK");
            isReady();
        }
        // an idle connection is closed after 30 s, and no client had to wait for that
        assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
        assertThat(gateway.meter("gateway_connections")).isLessThan(0.75 * OPEN_FILES);
        assertThat(gateway.admin("/metrics").body()).contains("gateway_connections_shed_total{reason=\"idle\"}");
        leave();
        for (int i = 0; i < 20; i++) {
            assertThat(ask()).isEqualTo("HTTP/1.1 200 OK");
        }
        isReady();
        assertThat(gateway.process().lines()).noneMatch(line -> line.contains("NoClassDefFoundError"));
    }

    @Test
    void heads_that_never_end_do_not_lock_out_others() throws Exception {
        joins(GET);
        // all of them are too slow after a second; until then there may be no free connection
        await().atMost(Cluster.PATIENCE).until(() -> ask().equals("HTTP/1.1 200 OK"));
        isReady();
    }

    @Test
    void requests_in_flight_are_answered_while_many_clients_connect() throws Exception {
        instance.behave(Behaviour.slow(Duration.ofSeconds(2)));
        int asked = 50; // a quarter of the descriptors is kept for instances
        for (int i = 0; i < asked; i++) {
            Socket socket = connect();
            crowd.add(socket);
            socket.getOutputStream().write(POST.getBytes(StandardCharsets.US_ASCII));
        }
        List<Socket> asking = new ArrayList<>(crowd);
        // a connection whose request the gateway has not read yet counts as idle, and may be closed
        await().atMost(Cluster.PATIENCE).until(() -> gateway.meter("gateway_requests_in_flight") >= asked);
        joins("");
        for (Socket socket : asking) {
            assertThat(status(socket)).isEqualTo("HTTP/1.1 200 OK");
        }
        isReady();
    }
}
