package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// A port that has reached its limit of client connections.
class ConnectionLimitTest {
    private static final String GET = head("GET /svc HTTP/1.1", "Host: gw");

    /// An instance that answers each request only once it is released.
    private static FakeInstance waiting(CountDownLatch taken, CountDownLatch go) throws Exception {
        return FakeInstance.of(wire -> {
            for (HttpMessage request; (request = wire.read()) != null; ) {
                taken.countDown();
                go.await();
                wire.send(FakeInstance.OK);
            }
        });
    }

    @Test
    void the_longest_idle_goes_for_a_new_one() throws Exception {
        try (var gateway = GatewayFixture.with("limits.connections=2", FakeInstance.healthy());
                RawClient oldest = gateway.client()) {
            assertThat(oldest.send(GET).read().status()).isEqualTo(200);
            try (RawClient second = gateway.client()) {
                // connections are told apart by whole milliseconds: the second must be used for longer than that
                long start = System.nanoTime();
                do {
                    assertThat(second.send(GET).read().status()).isEqualTo(200);
                } while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(200));
                // a connection is idle a moment after its answer
                await().until(() -> gateway.get("/svc").status() == 200);
                assertThat(oldest.ended()).isTrue();
                assertThat(second.send(GET).read().status()).isEqualTo(200);
            }
            assertThat(gateway.admin("/metrics").body())
                    .contains("gateway_connections_shed_total{reason=\"idle\"} 1.0");
        }
    }

    @Test
    void a_request_in_hand_keeps_its_connection_and_a_new_one_is_refused_at_once() throws Exception {
        var taken = new CountDownLatch(2);
        var go = new CountDownLatch(1);
        try (var gateway = GatewayFixture.with("limits.connections=2", waiting(taken, go));
                RawClient first = gateway.client();
                RawClient second = gateway.client()) {
            first.send(GET);
            second.send(GET);
            taken.await();
            try (RawClient third = gateway.client()) {
                HttpMessage refused = third.read();
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.header("Connection")).isEqualTo("close");
                assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
                assertThat(third.ended()).isTrue();
            }
            assertThat(gateway.admin("/metrics").body())
                    .contains("gateway_connections 2.0")
                    .contains("gateway_connections_shed_total{reason=\"refused\"} 1.0");
            go.countDown();
            assertThat(first.read().status()).isEqualTo(200);
            assertThat(second.read().status()).isEqualTo(200);
            gateway.awaitIdle();
            assertThat(gateway.get("/svc").status()).isEqualTo(200);
        }
    }

    @Test
    void connections_that_say_nothing_are_idle() throws Exception {
        List<RawClient> silent = new ArrayList<>();
        try (var gateway = GatewayFixture.with("limits.connections=8", FakeInstance.healthy())) {
            for (int i = 0; i < 8; i++) {
                silent.add(gateway.client());
            }
            for (int i = 0; i < 20; i++) {
                assertThat(gateway.get("/svc").status()).isEqualTo(200);
            }
            assertThat(gateway.admin("/metrics").body())
                    .doesNotContain("gateway_connections_shed_total{reason=\"idle\"} 0.0");
        } finally {
            for (RawClient client : silent) {
                client.close();
            }
        }
    }

    @Test
    void a_client_of_http2_without_streams_is_told_to_go_and_one_with_a_stream_is_kept() throws Exception {
        var taken = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        try (var gateway = GatewayFixture.with("limits.connections=2", waiting(taken, go));
                var busy = new Http2Wire(gateway.gateway().port());
                var idle = new Http2Wire(gateway.gateway().port())) {
            int asked = busy.get("/svc");
            taken.await();
            assertThat(idle.read(idle.get("/none")).status()).isEqualTo(404);
            // its stream is over a moment after its answer
            await().until(() -> gateway.get("/none").status() == 404);
            assertThat(idle.awaitFrame(7)).as("GOAWAY").isNotNull();
            go.countDown();
            assertThat(busy.read(asked).status()).isEqualTo(200);
        }
    }
}
