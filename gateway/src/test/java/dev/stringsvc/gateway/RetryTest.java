package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.EndlessBody;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which requests are sent again, which are not, and to which instance. The first request always goes
/// to the first instance.
class RetryTest {
    private static final Duration GENEROUS = Duration.ofSeconds(8);

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST"})
    void refused_request_goes_to_another_instance_and_the_client_never_knows(String method) throws Exception {
        var healthy = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(FakeInstance.refusing(), healthy)) {
            for (int i = 0; i < 6; i++) {
                assertThat(gateway.exchange(method + " /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: 0\r\n\r\n")
                                .status())
                        .isEqualTo(200);
            }
            List<String> lines = gateway.logLines(6);
            assertThat(lines).allMatch(line -> line.contains("status=200") && line.contains(healthy.address()));
            assertThat(lines).filteredOn(line -> line.contains("attempts=2")).hasSize(3);
            assertThat(healthy.requests()).hasSize(6);
        }
    }

    @Test
    void refused_upload_goes_to_another_instance_whole() throws Exception {
        var healthy = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(FakeInstance.refusing(), healthy)) {
            HttpMessage answer = upload(gateway, 200_000);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(healthy.request().body()).isEqualTo(new EndlessBody(200_000).readAllBytes());
            assertThat(gateway.logLine()).contains("attempts=2");
        }
    }

    private static HttpMessage upload(GatewayFixture gateway, int bytes) throws Exception {
        try (RawClient client = gateway.client()) {
            client.send("POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: " + bytes + "\r\n\r\n");
            return client.send(new EndlessBody(bytes).readAllBytes()).read();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
    void broken_request_is_sent_again_when_its_method_is_idempotent(String method) throws Exception {
        var healthy = FakeInstance.answering("HTTP/1.1 204 No Content\r\n\r\n");
        try (var gateway = GatewayFixture.over(FakeInstance.breaking(), healthy)) {
            assertThat(gateway.exchange(method + " /svc HTTP/1.1\r\nHost: gw\r\n\r\n")
                            .status())
                    .isEqualTo(204);
            assertThat(gateway.logLine()).contains("attempts=2");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PATCH", "PROPFIND"})
    void broken_request_is_not_sent_again_when_its_method_is_not(String method) throws Exception {
        var healthy = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(FakeInstance.breaking(), healthy)) {
            HttpMessage answer = gateway.exchange(method + " /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: 1\r\n\r\nx");
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.text()).contains("\"route\":\"r\"", "\"attempts\":[\"connection broke\"]");
            assertThat(healthy.requests()).isEmpty();
        }
    }

    @Test
    void broken_post_is_sent_again_whole_when_its_route_is_idempotent() throws Exception {
        var healthy = FakeInstance.healthy();
        var breaking = FakeInstance.breaking();
        try (var gateway = GatewayFixture.with("route.idempotent=true", breaking, healthy)) {
            assertThat(gateway.post("/svc", "x".repeat(65_536)).status()).isEqualTo(200);
            assertThat(breaking.request().body()).hasSize(65_536);
            assertThat(healthy.request().text()).isEqualTo("x".repeat(65_536));
        }
    }

    @Test
    void broken_upload_that_was_not_kept_is_not_sent_again() throws Exception {
        var healthy = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("route.idempotent=true", FakeInstance.breaking(), healthy)) {
            assertThat(gateway.post("/svc", "x".repeat(65_537)).status()).isEqualTo(502);
            assertThat(healthy.requests()).isEmpty();
        }
    }

    @Test
    void how_much_is_kept_is_configured() throws Exception {
        var healthy = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with(
                "route.idempotent=true limits.replay-body=128KiB", FakeInstance.breaking(), healthy)) {
            assertThat(gateway.post("/svc", "x".repeat(131_072)).status()).isEqualTo(200);
        }
    }

    @Test
    void instance_that_hangs_costs_an_attempt_and_not_the_deadline() throws Exception {
        var healthy = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("route.attempt-timeout=1s", FakeInstance.hung(), healthy)) {
            long start = System.nanoTime();
            assertThat(gateway.get("/svc").status()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(1), GENEROUS);
            assertThat(gateway.logLine()).contains("attempts=2", healthy.address());
        }
    }

    @Test
    void post_to_an_instance_that_hangs_is_not_sent_again() throws Exception {
        var healthy = FakeInstance.healthy();
        try (var gateway =
                GatewayFixture.with("route.deadline=500ms route.attempt-timeout=200ms", FakeInstance.hung(), healthy)) {
            HttpMessage answer = gateway.post("/svc", "x");
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.text()).contains("\"attempts\":[\"timed out\"]");
            assertThat(healthy.requests()).isEmpty();
        }
    }

    @Test
    void when_all_hang_the_deadline_ends_it() throws Exception {
        try (var gateway = GatewayFixture.with(
                "route.deadline=1500ms route.attempt-timeout=600ms",
                FakeInstance.hung(),
                FakeInstance.hung(),
                FakeInstance.hung())) {
            long start = System.nanoTime();
            HttpMessage answer = gateway.get("/svc");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(
                            Duration.ofMillis(1_200), Duration.ofMillis(1_500).plus(GENEROUS));
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.text()).contains("\"attempts\":[\"timed out\",");
            assertThat(gateway.logLine()).contains(" status=504 ", " err=");
        }
    }

    @Test
    void each_attempt_goes_to_an_instance_that_was_not_tried() throws Exception {
        var first = FakeInstance.breaking();
        var second = FakeInstance.breaking();
        var third = FakeInstance.breaking();
        try (var gateway = GatewayFixture.over(first, second, third)) {
            HttpMessage answer = gateway.get("/svc");
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.text())
                    .contains("\"attempts\":[\"connection broke\",\"connection broke\",\"connection broke\"]");
            assertThat(List.of(first, second, third))
                    .allSatisfy(instance -> assertThat(instance.requests()).hasSize(1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504})
    void unavailable_instance_is_passed_over_for_a_get(int status) throws Exception {
        var unavailable = FakeInstance.answering("HTTP/1.1 " + status + " No\r\nContent-Length: 4\r\n\r\nbusy");
        try (var gateway = GatewayFixture.over(unavailable, FakeInstance.healthy())) {
            assertThat(gateway.get("/svc").status()).isEqualTo(200);
            assertThat(gateway.logLine()).contains("attempts=2");
        }
    }

    @Test
    void last_answer_passes_when_every_instance_is_unavailable() throws Exception {
        var answer = "HTTP/1.1 503 No\r\nRetry-After: 0\r\nX-Whose: theirs\r\nContent-Length: 4\r\n\r\nbusy";
        var first = FakeInstance.answering(answer);
        var second = FakeInstance.answering(answer);
        try (var gateway = GatewayFixture.with("route.attempts=2", first, second)) {
            HttpMessage got = gateway.get("/svc");
            assertThat(got.status()).isEqualTo(503);
            assertThat(got.header("X-Whose")).isEqualTo("theirs");
            assertThat(got.headers("Retry-After")).containsExactly("0");
            assertThat(got.text()).isEqualTo("busy");
            assertThat(first.requests()).hasSize(1);
            assertThat(second.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 404, 429, 501})
    void any_other_answer_is_the_client_s(int status) throws Exception {
        var instance = FakeInstance.answering("HTTP/1.1 " + status + " So\r\nContent-Length: 0\r\n\r\n");
        try (var gateway = GatewayFixture.over(instance, FakeInstance.healthy())) {
            assertThat(gateway.get("/svc").status()).isEqualTo(status);
            assertThat(gateway.logLine()).contains("attempts=1");
        }
    }

    @Test
    void connection_that_died_while_idle_costs_a_post_nothing() throws Exception {
        var closing = FakeInstance.of(wire -> {
            wire.read();
            wire.send(FakeInstance.OK);
        });
        try (var gateway = GatewayFixture.over(closing)) {
            for (int i = 1; i <= 10; i++) {
                assertThat(gateway.post("/svc", "x").status()).isEqualTo(200);
                gateway.awaitNoConnections();
            }
            assertThat(gateway.logLines(10)).allMatch(line -> line.contains("attempts=1"));
        }
    }

    @Test
    void budget_ends_the_retries_of_a_service_that_is_down() throws Exception {
        try (var gateway = GatewayFixture.with(
                "retry.budget-ratio=0 retry.budget-floor=0", FakeInstance.breaking(), FakeInstance.breaking())) {
            for (int i = 0; i < 60; i++) {
                assertThat(gateway.get("/svc").status()).isEqualTo(502);
            }
            assertThat(gateway.logLines(60))
                    .filteredOn(line -> line.contains("attempts=1"))
                    .isNotEmpty();
            assertThat(gateway.admin("/metrics").body()).contains("gateway_retry_budget_exhausted_total{route=\"r\"}");
        }
    }
}
