package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Requests whose answer takes longer than an attempt usually takes.
class HedgeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /// Answers each request after this time, without delaying others.
    private static FakeInstance late(Duration time) throws Exception {
        var never = new CountDownLatch(1);
        return FakeInstance.of(wire -> {
            while (wire.read() != null) {
                assertThat(never.await(time.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
                wire.send(FakeInstance.OK);
            }
        });
    }

    private static List<String> states(GatewayFixture gateway) throws Exception {
        return gateway.upstreams().findValuesAsText("state");
    }

    @Test
    void service_whose_answers_all_take_longer_answers_and_loses_no_instance() throws Exception {
        Duration time = Duration.ofMillis(1_200);
        try (var gateway = GatewayFixture.with("route.attempt-timeout=1s", late(time), late(time), late(time));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 2; round++) {
                List<Future<HttpMessage>> answers = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    answers.add(threads.submit(() -> gateway.get("/svc")));
                }
                for (Future<HttpMessage> answer : answers) {
                    assertThat(answer.get().status()).isEqualTo(200);
                }
            }
            assertThat(states(gateway)).hasSize(3).containsOnly("active");
        }
    }

    @Test
    void copy_overtakes_an_instance_that_hangs_which_is_ejected_although_it_always_loses() throws Exception {
        var healthy = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("route.attempt-timeout=200ms", FakeInstance.hung(), healthy)) {
            await().pollDelay(Duration.ZERO).atMost(PATIENCE).until(() -> {
                assertThat(gateway.get("/svc").status()).isEqualTo(200);
                return states(gateway).contains("ejected");
            });
            assertThat(gateway.admin("/metrics").body()).contains("outcome=\"overtaken\"");
        }
    }

    @Test
    void a_request_that_must_not_be_copied_is_cut_and_sent_elsewhere() throws Exception {
        var healthy = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("route.attempt-timeout=200ms", FakeInstance.hung(), healthy)) {
            HttpMessage answer = gateway.exchange("PUT /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: 0\r\n\r\n");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(gateway.logLine()).contains("attempts=2", healthy.address());
            assertThat(gateway.admin("/metrics").body())
                    .contains("outcome=\"timed-out\"")
                    .doesNotContain("outcome=\"overtaken\"");
        }
    }

    @Test
    void client_that_leaves_takes_all_copies_back() throws Exception {
        FakeInstance one = FakeInstance.hung();
        FakeInstance other = FakeInstance.hung();
        try (var gateway = GatewayFixture.with("route.attempt-timeout=200ms", one, other)) {
            try (RawClient client = gateway.client()) {
                client.send("GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n");
                await().pollDelay(Duration.ZERO)
                        .atMost(PATIENCE)
                        .until(() -> one.requests().size() + other.requests().size() == 2);
            }
            await().pollDelay(Duration.ZERO)
                    .atMost(PATIENCE)
                    .until(() -> one.openConnections() + other.openConnections() == 0);
            assertThat(gateway.logLine()).contains("status=499", "attempts=2");
        }
    }
}
