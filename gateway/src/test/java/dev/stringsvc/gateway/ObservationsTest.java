package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.gateway.transport.FakeInstance;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// What the admin port tells of the recent past and of requests: `/events`, `/requests`, `/live`,
/// `/explain`, and `gateway explain`, which asks it.
class ObservationsTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return GatewayFixture.JSON.readTree(answer.body());
    }

    private static void get(GatewayFixture gateway, String target, String id) throws IOException {
        gateway.exchange(RawClient.head("GET " + target + " HTTP/1.1", "Host: gw", "X-Request-Id: " + id));
    }

    private int explain(GatewayFixture gateway, String... args) {
        List<String> all = new ArrayList<>(
                List.of("explain", "--admin", "127.0.0.1:" + gateway.gateway().adminPort()));
        all.addAll(List.of(args));
        CommandLine command = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return command.execute(all.toArray(String[]::new));
    }

    @Test
    void a_request_that_was_retried_is_kept_with_each_attempt() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.refusing(), FakeInstance.healthy())) {
            get(gateway, "/svc/a?secret=1", "one");
            get(gateway, "/svc/b", "two");
            gateway.awaitIdle();
            JsonNode all = json(gateway.admin("/requests?reason=retried")).path("requests");
            assertThat(all).hasSize(1);
            JsonNode kept = all.path(0);
            assertThat(kept.path("path").asText()).startsWith("/svc/").doesNotContain("secret");
            assertThat(kept.path("status").asInt()).isEqualTo(200);
            assertThat(kept.path("route").asText()).isEqualTo("r");
            assertThat(kept.path("service").asText()).isEqualTo("svc");
            assertThat(kept.path("attempts").findValuesAsText("outcome"))
                    .satisfiesExactly(
                            first -> assertThat(first).startsWith("not reached"),
                            second -> assertThat(second).isEqualTo("answered 200"));
            assertThat(kept.path("candidates").findValuesAsText("state")).containsExactly("active", "active");
            String id = kept.path("requestId").asText();
            assertThat(json(gateway.admin("/requests/" + id)).path("requests")).isEqualTo(all);
            assertThat(explain(gateway, "--request-id", id)).isZero();
            assertThat(out.toString())
                    .contains("answered 200", "took more than one attempt", "attempt 1", "not reached", "attempt 2");
        }
    }

    @Test
    void a_request_that_no_route_takes_is_not_kept_and_one_that_failed_is() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.answering("HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n"))) {
            get(gateway, "/svc", "failed");
            get(gateway, "/svc", "failed");
            get(gateway, "/other", "unrouted");
            gateway.awaitIdle();
            assertThat(json(gateway.admin("/requests/failed")).path("requests")).hasSize(2);
            assertThat(gateway.admin("/requests/unrouted").statusCode()).isEqualTo(404);
            assertThat(json(gateway.admin("/requests?status=503&limit=1")).path("requests"))
                    .hasSize(1);
            assertThat(json(gateway.admin("/requests?service=other")).path("requests"))
                    .isEmpty();
            assertThat(gateway.admin("/requests/unknown").statusCode()).isEqualTo(404);
            assertThat(gateway.admin("/requests?limit=0").statusCode()).isEqualTo(400);
            assertThat(gateway.admin("/requests?colour=red").statusCode()).isEqualTo(400);
            assertThat(explain(gateway, "--request-id", "unknown")).isEqualTo(1);
            assertThat(err.toString()).contains("No request with this id is kept.");
        }
    }

    @Test
    void an_ejection_is_an_event_that_a_stream_tells() throws Exception {
        try (var gateway = GatewayFixture.with(
                        "ejection.failures=1 ejection.probe-after=100ms",
                        FakeInstance.refusing(),
                        FakeInstance.healthy());
                var http = HttpClient.newHttpClient()) {
            var stream = http.send(
                    HttpRequest.newBuilder(URI.create(
                                    "http://127.0.0.1:" + gateway.gateway().adminPort() + "/events?after=2"))
                            .header("Accept", "text/event-stream")
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertThat(stream.headers().firstValue("Content-Type")).hasValue("text/event-stream");
            try (var lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
                gateway.get("/svc");
                gateway.get("/svc");
                assertThat(lines.readLine()).isEqualTo("id: 3");
                assertThat(lines.readLine()).isEqualTo("event: ejected");
                assertThat(lines.readLine()).startsWith("data: {").contains("\"service\":\"svc\"", "not reached");
            }
            JsonNode events = json(gateway.admin("/events"));
            assertThat(events.path("events").findValuesAsText("kind")).startsWith("joined", "joined", "ejected");
            assertThat(gateway.admin("/events?after=x").statusCode()).isEqualTo(400);
        }
    }

    @Test
    void live_shows_services_instances_routes_and_flows() throws Exception {
        var one = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(one, FakeInstance.healthy())) {
            for (int i = 0; i < 4; i++) {
                gateway.get("/svc");
            }
            gateway.awaitIdle();
            JsonNode live = json(gateway.admin("/live"));
            JsonNode service = live.path("services").path(0);
            assertThat(service.path("service").asText()).isEqualTo("svc");
            assertThat(service.path("served").path("count").asLong()).isEqualTo(4);
            assertThat(service.path("retriesLeft").asLong()).isEqualTo(100);
            JsonNode instance = service.path("instances").path(0);
            assertThat(instance.path("id").asText()).isEqualTo(one.address());
            assertThat(instance.path("registry").asText()).isEqualTo("healthy");
            assertThat(instance.path("differ").asBoolean()).isFalse();
            assertThat(instance.path("served").path("count").asLong()).isEqualTo(2);
            assertThat(instance.path("served").path("p99Millis").asDouble()).isPositive();
            assertThat(live.path("routes").path(0).path("source").asText()).isEqualTo("file");
            assertThat(live.path("flows").findValuesAsText("attempts")).containsExactly("2", "2");
        }
    }

    @Test
    void explains_a_request_without_sending_it() throws Exception {
        var healthy = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with(
                "ejection.failures=1 ejection.probe-after=60s",
                healthy,
                FakeInstance.refusing(),
                FakeInstance.healthy())) {
            await().until(() -> {
                gateway.get("/svc");
                return gateway.upstreams().findValuesAsText("state").contains("ejected");
            });
            gateway.awaitIdle();
            int before = healthy.requests().size();
            assertThat(explain(gateway, "GET", "http://h/svc/x")).isZero();
            assertThat(out.toString())
                    .contains("takes it", "service svc is asked for /svc/x", "ejected since", "passed over", "=>");
            assertThat(healthy.requests()).hasSize(before);
        }
    }

    @Test
    void the_instance_that_explain_calls_next_gets_the_next_request() throws Exception {
        var one = FakeInstance.healthy();
        var two = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(one, two)) {
            for (int i = 0; i < 4; i++) {
                out.getBuffer().setLength(0);
                assertThat(explain(gateway, "--json", "/svc")).isZero();
                JsonNode plan = GatewayFixture.JSON.readTree(out.toString());
                String next = "";
                for (JsonNode instance : plan.path("forwarded").path("instances")) {
                    next = instance.path("use").asText().equals("next")
                            ? instance.path("instance").asText()
                            : next;
                }
                FakeInstance expected = next.equals(one.address()) ? one : two;
                int before = expected.requests().size();
                gateway.get("/svc");
                assertThat(expected.requests()).hasSize(before + 1);
            }
        }
    }

    @Test
    void explain_says_what_the_gateway_itself_answers_and_what_is_wrong_with_a_question() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy())) {
            assertThat(explain(gateway, "GET", "http://h/other")).isZero();
            assertThat(out.toString()).contains("the gateway itself would answer 404: No route takes /other.", "no: ");
            assertThat(explain(gateway, "GET", "http://h/svc/%2e%2e/x")).isZero();
            assertThat(out.toString()).contains("400: ");
            assertThat(explain(gateway, "GET", "nonsense")).isEqualTo(1);
            assertThat(err.toString()).contains("not a URL");
            assertThat(explain(gateway)).isEqualTo(2);
            assertThat(gateway.admin("POST", "/explain").statusCode()).isEqualTo(400);
            assertThat(gateway.admin("GET", "/explain").headers().firstValue("Allow"))
                    .hasValue("POST");
        }
    }
}
