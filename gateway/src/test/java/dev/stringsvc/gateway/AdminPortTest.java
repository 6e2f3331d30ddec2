package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

class AdminPortTest {
    private static final String ATTEMPT = "gateway_attempt_duration_seconds_count{outcome=\"responded\",route=\"r\"} ";

    @Test
    void health_and_readiness_are_told() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy())) {
            assertThat(gateway.admin("/healthz").statusCode()).isEqualTo(200);
            assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(200);
            HttpResponse<String> none = gateway.admin("/nothing");
            assertThat(none.statusCode()).isEqualTo(404);
            assertThat(none.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        }
    }

    @Test
    void data_port_does_not_serve_the_admin_s_pages() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy())) {
            for (String path : Set.of("/healthz", "/readyz", "/metrics", "/routes", "/upstreams")) {
                assertThat(gateway.get(path).status()).isEqualTo(404);
            }
        }
    }

    @Test
    void traffic_shows_in_the_metrics() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance, FakeInstance.refusing())) {
            gateway.get("/svc");
            gateway.get("/svc");
            gateway.get("/other");
            gateway.awaitIdle();
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(gateway.admin("/metrics").body())
                            .contains(
                                    "gateway_request_duration_seconds_count{instance=\"" + instance.address()
                                            + "\",route=\"r\",status=\"200\"} 2",
                                    "gateway_request_duration_seconds_count{instance=\"none\",route=\"none\",status=\"404\"} 1",
                                    "gateway_request_duration_seconds_bucket{",
                                    ATTEMPT + "2",
                                    "gateway_attempt_duration_seconds_count{outcome=\"not-sent\",route=\"r\"} 1",
                                    "gateway_retries_total{route=\"r\"} 1",
                                    "gateway_instances{service=\"svc\",state=\"active\"} 2",
                                    "jvm_memory_used_bytes"));
        }
    }

    @Test
    void routes_are_shown() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy())) {
            JsonNode route = GatewayFixture.JSON
                    .readTree(gateway.admin("/routes").body())
                    .path("routes")
                    .path(0);
            assertThat(route.path("name").asText()).isEqualTo("r");
            assertThat(route.path("forward").path("service").asText()).isEqualTo("svc");
            assertThat(route.path("forward").path("attempts").asInt()).isEqualTo(3);
        }
    }

    @Test
    void upstreams_show_each_instance_and_what_is_in_flight() throws Exception {
        var asked = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            wire.read();
            asked.countDown();
            answer.await();
            wire.send(FakeInstance.OK);
        });
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            client.send("GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n");
            asked.await();
            JsonNode upstream = gateway.upstreams().path(0);
            assertThat(upstream.path("service").asText()).isEqualTo("svc");
            assertThat(upstream.path("watch").has("index")).isTrue();
            assertThat(upstream.path("watch").path("ageSeconds").isNumber()).isTrue();
            assertThat(upstream.path("watch").path("lastError").isNull()).isTrue();
            JsonNode shown = upstream.path("instances").path(0);
            assertThat(shown.path("id").asText()).isEqualTo(instance.address());
            assertThat(shown.path("address").asText()).isEqualTo("127.0.0.1");
            assertThat(shown.path("port").asInt()).isEqualTo(instance.port());
            assertThat(shown.path("weight").asInt()).isOne();
            assertThat(shown.path("state").asText()).isEqualTo("active");
            assertThat(shown.path("since").asText()).endsWith("Z");
            assertThat(shown.path("inFlight").asInt()).isOne();
            assertThat(gateway.admin("/metrics").body()).contains("gateway_requests_in_flight 1.0");
            answer.countDown();
            assertThat(client.read().text()).isEqualTo("ok");
        }
    }

    /// A fake Consul. It holds all queries until a test gives it an answer. Then it answers every query
    /// with that at once, until the test gives it another.
    private static FakeInstance consul(java.util.concurrent.BlockingQueue<String> answers) throws Exception {
        return FakeInstance.of(wire -> {
            for (HttpMessage query; (query = wire.read()) != null; ) {
                String json = answers.take();
                wire.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Consul-Index: "
                        + (100 - answers.size()) + "\r\nX-Consul-KnownLeader: true\r\nX-Consul-LastContact: 0\r\n"
                        + "Content-Length: " + json.length() + "\r\n\r\n" + json);
            }
        });
    }

    private static String entry(FakeInstance instance) {
        return """
                [{"Node": {"ID": "n", "Node": "n", "Address": "127.0.0.1", "Datacenter": "dc1"},
                  "Service": {"ID": "svc-1", "Service": "svc", "Tags": [], "Address": "127.0.0.1",
                    "Meta": {}, "Port": %d},
                  "Checks": []}]""".formatted(instance.port());
    }

    @Test
    void instances_come_and_go_by_consul() throws Exception {
        var answers = new java.util.concurrent.LinkedBlockingQueue<String>();
        var instance = FakeInstance.healthy();
        try (var consul = consul(answers);
                var gateway = GatewayFixture.with("guard.min-share=0 consul.address=" + consul.address())) {
            assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(503);
            assertThat(gateway.admin("HEAD", "/readyz").statusCode()).isEqualTo(503);
            var post = gateway.admin("POST", "/readyz");
            assertThat(post.statusCode()).isEqualTo(405);
            assertThat(post.headers().firstValue("Allow")).contains("GET, HEAD");
            assertThat(gateway.admin("/healthz").statusCode()).isEqualTo(200);
            assertUnavailable(gateway.get("/svc"));

            answers.add(entry(instance));
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> gateway.admin("/readyz").statusCode() == 200);
            assertThat(gateway.get("/svc").text()).isEqualTo("ok");
            gateway.awaitIdle();
            assertThat(gateway.admin("/metrics").body()).contains("instance=\"svc-1\"");

            answers.add("[]");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> gateway.upstreams().path(0).path("instances").isEmpty());
            assertUnavailable(gateway.get("/svc"));
            assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(200);
            assertThat(gateway.admin("/metrics").body()).doesNotContain("svc-1");
            await().atMost(Duration.ofSeconds(10)).until(() -> instance.openConnections() == 0);
        } finally {
            instance.close();
        }
    }

    private static void assertUnavailable(HttpMessage answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("Retry-After")).isEqualTo("1");
        assertThat(answer.text()).contains("\"route\":\"r\"").doesNotContain("127.0.0.1");
    }

    @Test
    void instance_that_leaves_finishes_what_is_in_flight_and_leaves_no_meter() throws Exception {
        var answers = new java.util.concurrent.LinkedBlockingQueue<String>();
        var asked = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            wire.read();
            asked.countDown();
            answer.await();
            wire.send(FakeInstance.OK);
            wire.awaitEnd();
        });
        try (var consul = consul(answers);
                var gateway = GatewayFixture.with("guard.min-share=0 consul.address=" + consul.address());
                RawClient client = gateway.client()) {
            answers.add(entry(instance));
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> gateway.admin("/readyz").statusCode() == 200);
            client.send("GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n");
            asked.await();
            answers.add("[]");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> gateway.upstreams().findPath("state").asText().equals("draining"));
            answer.countDown();
            assertThat(client.read().text()).isEqualTo("ok");
            assertThat(gateway.logLine()).contains("instance=svc-1");
            gateway.awaitIdle();
            assertThat(gateway.upstreams().path(0).path("instances")).isEmpty();
            assertThat(gateway.admin("/metrics").body()).doesNotContain("svc-1");
            await().atMost(Duration.ofSeconds(10)).until(() -> instance.openConnections() == 0);
        } finally {
            instance.close();
        }
    }

    private static HttpResponse<String> setLevel(GatewayFixture gateway, String logger, String body, String... headers)
            throws Exception {
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.gateway().adminPort() + "/loggers/" + logger))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return gateway.http().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void the_level_of_a_logger_changes_and_goes_back() throws Exception {
        String name = "dev.stringsvc.gateway.live.Reloads";
        var logger = java.util.logging.Logger.getLogger(name);
        try (var gateway = GatewayFixture.over(FakeInstance.healthy())) {
            assertThat(logger.isLoggable(Level.FINE)).isFalse();
            assertThat(gateway.admin("/loggers").body()).contains("\"" + name + "\"", "\"level\" : \"info\"");
            var changed = setLevel(gateway, name, "{\"level\": \"debug\"}");
            assertThat(changed.statusCode()).isEqualTo(200);
            assertThat(changed.body()).contains("\"level\" : \"debug\"", "\"changed\" : true");
            assertThat(logger.isLoggable(Level.FINE)).isTrue();
            assertThat(setLevel(gateway, name, "{\"level\": null}").body())
                    .contains("\"level\" : \"info\"", "\"changed\" : false");
            assertThat(logger.isLoggable(Level.FINE)).isFalse();
        }
    }

    @Test
    void a_level_or_logger_that_does_not_exist_is_refused_and_so_is_another_site() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy())) {
            for (String body : List.of("{\"level\": \"loud\"}", "{\"level\": 7}", "{}", "", "{\"level\"")) {
                var refused = setLevel(gateway, "dev.stringsvc", body);
                assertThat(refused.statusCode()).as(body).isEqualTo(400);
                assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            }
            assertThat(setLevel(gateway, "dev.nothing", "{\"level\": \"debug\"}")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(setLevel(gateway, "root", "{\"level\": \"debug\"}", "Origin", "http://example.com")
                            .statusCode())
                    .isEqualTo(403);
            var get = gateway.admin("/loggers/root");
            assertThat(get.statusCode()).isEqualTo(405);
            assertThat(get.headers().firstValue("Allow")).hasValue("POST");
        }
    }

    @Test
    void json_lines_have_the_same_keys() throws Exception {
        try (var gateway = GatewayFixture.with("log.format=json", FakeInstance.healthy())) {
            var answer = gateway.get("/svc?a=1");
            JsonNode line = GatewayFixture.JSON.readTree(gateway.logLine());
            assertThat(line.path("status").asInt()).isEqualTo(200);
            assertThat(line.path("outcome").asText()).isEqualTo("ok");
            assertThat(line.path("request_id").asText()).isEqualTo(answer.header("X-Request-Id"));
            assertThat(line.fieldNames())
                    .toIterable()
                    .containsExactly(
                            "ts",
                            "method",
                            "path",
                            "status",
                            "outcome",
                            "bytes",
                            "took",
                            "route",
                            "instance",
                            "attempts",
                            "request_id");
        }
    }
}
