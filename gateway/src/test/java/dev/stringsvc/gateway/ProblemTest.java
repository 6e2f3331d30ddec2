package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.gateway.transport.EndlessBody;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers of the gateway itself.
class ProblemTest {
    private static JsonNode problem(HttpMessage answer, int status) throws IOException {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers("Content-Type")).containsExactly("application/problem+json");
        assertThat(answer.headers("Date")).hasSize(1);
        JsonNode problem = GatewayFixture.JSON.readTree(answer.body());
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("type").asText()).isEqualTo("about:blank");
        assertThat(problem.path("title").asText()).isNotBlank();
        assertThat(problem.path("request_id").asText()).isEqualTo(answer.header("X-Request-Id"));
        assertThat(answer.text()).doesNotContain("127.0.0.1").doesNotContain("localhost");
        return problem;
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/sv", "/svcs", "/SVC", "/svc%2f", "/other/svc"})
    void path_without_a_route_is_404(String path) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            HttpMessage answer = gateway.get(path);
            assertThat(answer.status()).isIn(400, 404);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(instance.connections()).isZero();
        }
    }

    @Test
    void problem_404_says_which_path() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy())) {
            assertThat(problem(gateway.get("/other?x"), 404).path("detail").asText())
                    .isEqualTo("No route takes /other.");
            assertThat(gateway.logLine()).contains("path=/other ", " status=404 ", " attempts=0 ", " err=");
        }
    }

    @Test
    void method_that_no_route_takes_is_405_and_told_which_are() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("route.methods=POST", instance)) {
            HttpMessage answer = gateway.get("/svc");
            problem(answer, 405);
            assertThat(answer.header("Allow")).isEqualTo("POST");
            assertThat(instance.connections()).isZero();
        }
    }

    @Test
    void service_that_nobody_answers_for_is_502_with_the_attempts() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.refusing(), FakeInstance.breaking())) {
            JsonNode problem = problem(gateway.get("/svc"), 502);
            assertThat(problem.path("route").asText()).isEqualTo("r");
            assertThat(problem.path("attempts"))
                    .extracting(JsonNode::asText)
                    .startsWith("not reached", "connection broke")
                    .hasSize(3);
            assertThat(gateway.logLine()).contains(" status=502 ", " attempts=3 ", " route=r ", " err=");
        }
    }

    @Test
    void garbage_from_an_instance_is_502() throws Exception {
        var garbage = FakeInstance.of(wire -> {
            wire.read();
            wire.send("SSH-2.0-OpenSSH\r\n");
        });
        try (var gateway = GatewayFixture.over(garbage)) {
            problem(gateway.post("/svc", "x"), 502);
        }
    }

    @Test
    void body_that_says_it_is_too_long_is_413_unread() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("limits.request-body=100KiB", instance);
                RawClient client = gateway.client()) {
            client.send(head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 102401"));
            HttpMessage answer = client.read();
            problem(answer, 413);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.ended()).isTrue();
            assertThat(instance.connections()).isZero();
        }
    }

    @Test
    void body_that_is_too_long_is_not_asked_for() throws Exception {
        try (var gateway = GatewayFixture.with("limits.request-body=100KiB", FakeInstance.healthy());
                RawClient client = gateway.client()) {
            client.send(head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 102401", "Expect: 100-continue"));
            problem(client.read(), 413);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 100_000})
    void body_in_chunks_that_turns_out_too_long_is_413(int limit) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("limits.request-body=" + limit + "B", instance);
                RawClient client = gateway.client()) {
            client.send(head("POST /svc HTTP/1.1", "Host: gw", "Transfer-Encoding: chunked"));
            byte[] chunk = new EndlessBody(limit / 2 + 1).readAllBytes();
            for (int i = 0; i < 2; i++) {
                client.send(Integer.toHexString(chunk.length) + "\r\n")
                        .send(chunk)
                        .send("\r\n");
            }
            problem(client.read(), 413);
            assertThat(instance.requests()).isEmpty();
            assertThat(gateway.logLine()).contains(" status=413 ");
        }
    }

    @Test
    void body_within_the_limit_passes() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("limits.request-body=100KiB", instance)) {
            assertThat(gateway.post("/svc", "x".repeat(102_400)).status()).isEqualTo(200);
            assertThat(instance.request().body()).hasSize(102_400);
        }
    }

    @Test
    void problem_to_head_has_no_body() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy());
                RawClient client = gateway.client()) {
            for (String path : List.of("/other", "/another")) {
                HttpMessage answer = client.send(head("HEAD " + path + " HTTP/1.1", "Host: gw"))
                        .readToHead();
                assertThat(answer.status()).isEqualTo(404);
            }
        }
    }
}
