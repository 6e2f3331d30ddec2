package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A client that keeps the gateway waiting is cut, whichever part it is slow with, and does not affect
/// others.
class SlowClientTest {
    private static final String GET = head("GET /svc HTTP/1.1", "Host: gw");
    private static final String SLOWEST = "limits.client-rate=1KiB limits.client-grace=300ms";

    @ParameterizedTest
    @ValueSource(strings = {"", "G", "GET /svc HTTP/1.1\r\nHost: gw\r\nX-A: "})
    void head_that_comes_byte_by_byte_is_ended_with_408(String begin) throws Exception {
        try (var gateway = GatewayFixture.with("timeouts.head=300ms", FakeInstance.healthy());
                RawClient client = gateway.client()) {
            assertIs408(drip(client, begin, "x").read());
            assertThat(client.ended()).isTrue();
            assertThat(gateway.logLine()).contains(" status=408 ", " err=", " request_id=");
        }
    }

    @Test
    void head_that_stops_is_ended_with_408_on_a_connection_that_was_used_too() throws Exception {
        try (var gateway = GatewayFixture.with("timeouts.head=300ms", FakeInstance.healthy());
                RawClient client = gateway.client()) {
            assertThat(client.send(GET).read().status()).isEqualTo(200);
            assertIs408(client.send("GET /svc HTTP/1.1\r\nHo").read());
        }
    }

    @Test
    void connection_that_says_nothing_is_not_held_for_a_slow_head() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("timeouts.head=300ms", instance);
                RawClient fresh = gateway.client();
                RawClient used = gateway.client();
                RawClient leftOver = gateway.client()) {
            assertThat(used.send(GET).read().status()).isEqualTo(200);
            String refused = head("POST /nowhere HTTP/1.1", "Host: gw", "Content-Length: 5");
            assertThat(leftOver.send(refused).send("hello").read().status()).isEqualTo(404);
            assertThat(new CountDownLatch(1).await(1, TimeUnit.SECONDS)).isFalse();
            assertThat(fresh.send(GET).read().status()).isEqualTo(200);
            assertThat(used.send(GET).read().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "G(T /svc HTTP/1.1, '', 400",
        "G(T /svc HTTP/1.1, x, 400",
        "POST /svc HTTP/1.1, x, 413",
    })
    void what_comes_after_the_last_answer_is_no_other_request(String line, String each, int status) throws Exception {
        try (var gateway = GatewayFixture.with("timeouts.head=300ms limits.request-body=5000", FakeInstance.healthy());
                RawClient client = gateway.client()) {
            client.send(head(line, "Host: gw", "Content-Length: 1000000"));
            assertThat(client.read().status()).isEqualTo(status);
            drip(client, "", each);
            assertThat(new CountDownLatch(1).await(1, TimeUnit.SECONDS)).isFalse();
            assertThat(gateway.logLine()).contains(" status=" + status + " ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 5000", "Content-Length: 70000", "Transfer-Encoding: chunked"})
    void body_that_comes_byte_by_byte_is_408_and_reaches_nobody(String framing) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with(SLOWEST, instance);
                RawClient client = gateway.client()) {
            String each = framing.startsWith("Tr") ? "1\r\nx\r\n" : "x";
            assertIs408(drip(client, head("POST /svc HTTP/1.1", "Host: gw", framing), each)
                    .read());
            assertThat(client.ended()).isTrue();
            assertThat(gateway.logLine()).contains(" status=408 ", " attempts=0 ", " err=");
            assertThat(instance.connections()).isZero();
        }
    }

    @Test
    void body_that_stops_is_408() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("timeouts.client=300ms", instance);
                RawClient client = gateway.client()) {
            client.send(head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 10") + "hello");
            assertIs408(client.read());
            assertThat(client.ended()).isTrue();
            assertThat(gateway.logLine()).contains(" status=408 ");
            assertThat(instance.connections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SLOWEST, "timeouts.client=300ms"})
    void upload_that_stops_is_408_and_takes_the_instance_s_connection_along(String options) throws Exception {
        var instance = FakeInstance.of(FakeInstance.Wire::awaitEnd);
        try (var gateway = GatewayFixture.with("limits.replay-body=0 " + options, instance);
                RawClient client = gateway.client()) {
            String begin = head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 1000000");
            assertIs408((options.equals(SLOWEST) ? drip(client, begin, "x") : client.send(begin + "hello")).read());
            assertThat(gateway.logLine()).contains(" status=408 ", " attempts=1 ");
            gateway.awaitNoConnections();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"limits.client-rate=1GiB limits.client-grace=300ms", "timeouts.client=300ms"})
    void client_that_does_not_take_its_answer_is_cut(String options) throws Exception {
        var instance = FakeInstance.endless();
        try (var gateway = GatewayFixture.with(options, instance);
                RawClient client = gateway.client()) {
            client.send(GET);
            assertThat(gateway.logLine()).contains(" status=200 ", "too slowly");
            gateway.awaitIdle();
            gateway.awaitNoConnections();
        }
    }

    @Test
    void client_that_waits_for_a_slow_instance_is_not_slow() throws Exception {
        var instance = FakeInstance.of(wire -> {
            HttpMessage.readAnswerHead(wire.in());
            assertThat(new CountDownLatch(1).await(1, TimeUnit.SECONDS)).isFalse();
            wire.in().readNBytes(10_000_000);
            wire.send(head("HTTP/1.1 200 OK", "Content-Length: 2") + "o");
            assertThat(new CountDownLatch(1).await(1, TimeUnit.SECONDS)).isFalse();
            wire.send("k");
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.with("limits.client-rate=1MiB limits.client-grace=800ms", instance)) {
            assertThat(gateway.post("/svc", "x".repeat(10_000_000)).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"})
    void client_is_not_held_for_silent_while_it_waits_for_a_slow_instance(String begin) throws Exception {
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(begin);
            assertThat(new CountDownLatch(1).await(1, TimeUnit.SECONDS)).isFalse();
            wire.send(begin.isEmpty() ? FakeInstance.OK : "0\r\n\r\n");
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.with("timeouts.client=200ms", instance)) {
            assertThat(gateway.post("/svc", "hello").status()).isEqualTo(200);
        }
    }

    /// Sends the same bytes fifty times a second until the connection is closed.
    private static RawClient drip(RawClient client, String begin, String each) throws IOException {
        client.send(begin);
        Thread.ofVirtual().start(() -> {
            try {
                while (!new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS)) {
                    client.send(each);
                }
            } catch (IOException | InterruptedException e) {
                // It was let go of, as it should be.
            }
        });
        return client;
    }

    private static void assertIs408(HttpMessage answer) throws IOException {
        assertThat(answer.status()).isEqualTo(408);
        assertThat(answer.header("Connection")).isEqualTo("close");
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(GatewayFixture.JSON
                        .readTree(answer.body())
                        .path("request_id")
                        .asText())
                .isEqualTo(answer.header("X-Request-Id"));
    }
}
