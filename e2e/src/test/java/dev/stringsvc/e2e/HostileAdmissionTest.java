package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// One client that tries to use the whole capacity, and innocent clients at another address. The
/// gateway has 256 MiB and admits 100 requests at a time.
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated("measures times")
class HostileAdmissionTest {
    private static final long MEBIBYTE = 1L << 20;
    private static final String LARGE = "/stringsvc/count";

    private final FaultyInstance instance = FaultyInstance.start("instance-1");
    private GatewayProcess gateway;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        Path config = Files.writeString(folder.resolve("gateway.yaml"), """
                limits: {in-flight: 100, streams: 50}
                timeouts: {client: 5s}
                services:
                  stringsvc: {in-flight: 100, instances: ["127.0.0.1:%d"]}
                route-defaults: {deadline: 20s, attempt-timeout: 20s}
                routes:
                  - {path: /stringsvc, service: stringsvc, strip-prefix: /stringsvc}
                """.formatted(instance.port()));
        gateway = GatewayProcess.start(
                "127.0.0.1:1", Map.of("JAVA_TOOL_OPTIONS", "-Xmx256m"), "--config", config.toString());
    }

    @AfterEach
    void well() {
        instance.behave(Behaviour.well());
        await().atMost(Cluster.PATIENCE).until(() -> gateway.meter("gateway_requests_in_flight") == 0);
        assertThat(gateway.process().isAlive()).isTrue();
    }

    @AfterAll
    void stop() {
        gateway.close();
        instance.close();
    }

    /// The innocent client sends requests until this number is answered. Each answer must be correct.
    private void innocent(int requests) throws Exception {
        for (int i = 0; i < requests; i++) {
            HttpResponse<String> answer = gateway.post(Call.UPPERCASE.path(), Call.UPPERCASE.json());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
    }

    @Test
    void streams_that_read_nothing_do_not_lock_out_others() throws Exception {
        instance.behave(Behaviour.only("/count", Behaviour.large(64 * MEBIBYTE)));
        try (var attacker = Attacker.start(10, gateway.port(), Attacker.stalledStreams(LARGE, 120))) {
            await().atMost(Cluster.PATIENCE).until(() -> gateway.meter("gateway_requests_in_flight") >= 100);
            innocent(100);
            // it is refused
            await().atMost(Cluster.PATIENCE).until(() -> {
                innocent(1);
                return attacker.ended() > 0;
            });
        }
    }

    @Test
    void unread_answers_of_the_gateway_itself_are_bounded() throws Exception {
        try (var attacker = Attacker.start(40, gateway.port(), Attacker.stalledStreams("/nothing", 120))) {
            await().atMost(Cluster.PATIENCE).until(() -> attacker.opened() >= 40);
            await().atMost(Cluster.PATIENCE).until(() -> attacker.ended() > 0);
            innocent(100);
            await().atMost(Cluster.PATIENCE).until(() -> gateway.meter("gateway_requests_in_flight") < 400);
        }
    }

    @Test
    void posts_that_hang_do_not_lock_out_others() throws Exception {
        instance.behave(Behaviour.only("/count", Behaviour.hang()));
        String post = "POST " + LARGE + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}";
        try (var attacker = Attacker.start(120, gateway.port(), Attacker.trickling(post, ""))) {
            await().atMost(Cluster.PATIENCE).until(() -> attacker.opened() >= 120);
            innocent(50);
        }
    }

    @Test
    void handshakes_count_as_requests_until_they_are_agreed_to() throws Exception {
        instance.behave(Behaviour.only("/count", Behaviour.hang()));
        int before = instance.requests();
        String handshake = "GET " + LARGE + " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        try (var attacker = Attacker.start(300, gateway.port(), Attacker.trickling(handshake, ""))) {
            await().atMost(Cluster.PATIENCE).until(() -> attacker.opened() >= 300);
            await().atMost(Cluster.PATIENCE).until(() -> instance.requests() - before >= 90);
            assertThat(instance.requests() - before).isLessThan(120);
            innocent(20);
        }
    }

    @Test
    void event_streams_take_no_room_from_requests() throws Exception {
        instance.behave(Behaviour.only("/count", (path, line) -> {
            line.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
            line.hang();
        }));
        String get = "GET " + LARGE + " HTTP/1.1\r\nHost: a\r\n\r\n";
        try (var apart = Attacker.start(50, gateway.port(), Attacker.trickling(get, ""))) {
            await().atMost(Cluster.PATIENCE).until(() -> gateway.meter("gateway_streams") == 50);
            try (var inFlight = Attacker.start(100, gateway.port(), Attacker.trickling(get, ""))) {
                await().atMost(Cluster.PATIENCE).until(() -> gateway.meter("gateway_requests_in_flight") == 150);
                assertThat(gateway.meter("gateway_streams")).isEqualTo(50);
                assertThat(apart.ended() + inFlight.ended()).isZero();
            }
        }
    }

    /// Each client sends half of its body at once and the rest a moment later.
    @Test
    void honest_uploads_pass_through_a_flood_of_slow_bodies() throws Exception {
        String slow = "POST " + LARGE + " HTTP/1.1\r\nHost: a\r\nContent-Length: 600\r\n\r\nx";
        try (var attacker = Attacker.start(300, gateway.port(), Attacker.trickling(slow, "x".repeat(600)));
                var clients = Executors.newFixedThreadPool(8)) {
            await().atMost(Cluster.PATIENCE).until(() -> attacker.opened() >= 300);
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 106; i++) {
                answers.add(clients.submit((Callable<String>) this::uploadInTwoParts));
            }
            for (Future<String> answer : answers) {
                assertThat(answer.get()).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    private String uploadInTwoParts() throws Exception {
        String half = "x".repeat(2_000);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    ("POST /stringsvc/uppercase HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4000\r\n\r\n"
                                    + half)
                            .getBytes(StandardCharsets.ISO_8859_1));
            long end = System.nanoTime() + Duration.ofMillis(200).toNanos();
            await().pollInterval(Duration.ofMillis(10)).until(() -> System.nanoTime() - end >= 0);
            out.write(half.getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
