package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// When a client goes away its request ends, at whatever stage it is.
class ClientGoneTest {
    /// Far shorter than any timeout of the gateway, and far longer than it takes to notice.
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    private static final String GET = head("GET /svc HTTP/1.1", "Host: gw");
    private static final String POST = head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 5") + "hello";
    private static final String CHUNKED =
            head("POST /svc HTTP/1.1", "Host: gw", "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n";
    private static final String UPLOAD =
            head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 100000") + "x".repeat(100_000);

    @ParameterizedTest
    @MethodSource("requests")
    void request_that_nobody_waits_for_is_cancelled(String request) throws Exception {
        var taken = new CountDownLatch(1);
        var ended = new LinkedBlockingQueue<Long>();
        var instance = FakeInstance.of(wire -> {
            wire.read();
            taken.countDown();
            wire.awaitEnd();
            ended.add(System.nanoTime());
        });
        try (var gateway = GatewayFixture.with("route.idempotent=true", instance)) {
            long gone;
            try (RawClient client = gateway.client()) {
                client.send(request);
                assertThat(taken.await(8, TimeUnit.SECONDS)).isTrue();
                gone = System.nanoTime();
            }
            Long end = ended.poll(8, TimeUnit.SECONDS);
            assertThat(end).isNotNull();
            assertThat(Duration.ofNanos(end - gone)).isLessThan(AT_ONCE);
            assertThat(gateway.logLine()).contains(" status=499 ", " attempts=1 ", "the client went away");
            gateway.awaitIdle();
            assertThat(gateway.admin("/metrics").body()).containsPattern("gateway_request_duration_seconds_count.*499");
        }
    }

    static List<String> requests() {
        return List.of(GET, POST, CHUNKED, UPLOAD);
    }

    @Test
    void client_that_ends_its_half_alone_counts_as_gone() throws Exception {
        var instance = FakeInstance.hung();
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            client.send(GET).sendEnd();
            assertThat(gateway.logLine()).contains(" status=499 ");
            assertThat(client.ended()).isTrue();
            gateway.awaitNoConnections();
        }
    }

    @Test
    void answer_that_pauses_is_cancelled_when_nobody_waits_for_its_rest() throws Exception {
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(head("HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked"));
            wire.send("9\r\ndata: 1\n\n\r\n");
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.over(instance)) {
            try (RawClient client = gateway.client()) {
                client.send(GET).readPast("data: 1\n\n");
            }
            assertThat(gateway.logLine()).contains(" status=499 ", "the client went away");
            gateway.awaitNoConnections();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 20, 1_000})
    void request_that_comes_while_another_waits_is_whole(int early) throws Exception {
        var answers = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            for (HttpMessage request; (request = wire.read()) != null; ) {
                if (request.startLine().startsWith("GET /svc/1 ")) {
                    answers.await();
                }
                wire.send(FakeInstance.OK);
            }
        });
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            String second = head("POST /svc/2 HTTP/1.1", "Host: gw", "Content-Length: 2000") + "y".repeat(2_000);
            client.send(head("GET /svc/1 HTTP/1.1", "Host: gw")).send(second.substring(0, early));
            // Longer than the interval at which the gateway checks that the client is still there.
            assertThat(answers.await(300, TimeUnit.MILLISECONDS)).isFalse();
            answers.countDown();
            assertThat(client.read().status()).isEqualTo(200);
            client.send(second.substring(early));
            assertThat(client.read().status()).isEqualTo(200);
            assertThat(client.send(POST).read().status()).isEqualTo(200);
            assertThat(instance.requests())
                    .extracting(HttpMessage::startLine)
                    .containsExactly("GET /svc/1 HTTP/1.1", "POST /svc/2 HTTP/1.1", "POST /svc HTTP/1.1");
            assertThat(instance.requests().get(1).body()).hasSize(2_000);
        }
    }

    @Test
    void slow_request_of_a_client_that_stays_is_answered() throws Exception {
        var instance = FakeInstance.of(wire -> {
            wire.read();
            assertThat(new CountDownLatch(1).await(500, TimeUnit.MILLISECONDS)).isFalse();
            wire.send(FakeInstance.OK);
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.over(instance)) {
            assertThat(gateway.post("/svc", "hello").status()).isEqualTo(200);
        }
    }
}
