package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.testkit.ConsulAgent;
import dev.stringsvc.testkit.Health;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Routes from services' tags in a real Consul, without configuration.
class TaggedServiceTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private static GatewayFixture start(ConsulAgent consul, String... options) throws Exception {
        return GatewayFixture.with(
                "consul.routes=true consul.address=" + consul.address() + " " + String.join(" ", options));
    }

    private static ConditionFactory soon() {
        return await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .atMost(SOON);
    }

    private static JsonNode shown(GatewayFixture gateway) throws IOException {
        return GatewayFixture.JSON.readTree(gateway.admin("/routes").body());
    }

    private static Map<String, String> quarantined(GatewayFixture gateway) throws IOException {
        Map<String, String> reasons = new HashMap<>();
        shown(gateway)
                .path("tags")
                .path("quarantined")
                .forEach(one -> reasons.put(
                        one.path("route").asText(), one.path("reason").asText()));
        return reasons;
    }

    private static void awaitText(GatewayFixture gateway, String path, String text) {
        soon().until(() -> gateway.get(path).text().equals(text));
    }

    private static FakeInstance echo() throws IOException {
        return FakeInstance.replying(request -> {
            String target = request.startLine().split(" ", -1)[1];
            return "HTTP/1.1 200 OK\r\nContent-Length: " + target.length() + "\r\n\r\n" + target;
        });
    }

    @Test
    void is_reachable_within_a_second_of_passing_its_check() throws Exception {
        try (var instance = echo();
                var consul = ConsulAgent.start();
                var gateway = start(consul)) {
            soon().until(() -> gateway.admin("/readyz").statusCode() == 200);
            assertThat(gateway.get("/users/7").status()).isEqualTo(404);
            consul.register(
                    "users-1",
                    "users",
                    "127.0.0.1",
                    instance.port(),
                    Health.CRITICAL,
                    "gateway.path=/users",
                    "gateway.strip=true");
            soon().until(() -> gateway.get("/users/7").status() == 503);
            assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(200);
            long start = System.nanoTime();
            consul.put("/v1/agent/check/update/service:users-1", "{\"Status\": \"passing\"}");
            awaitText(gateway, "/users/7", "/7");
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            System.out.println("reachable " + took.toMillis() + " ms after its check passed");
            // a second, and as much again as a machine that builds something else may lose
            assertThat(took).isLessThan(Duration.ofSeconds(5));

            long again = System.nanoTime();
            consul.register("orders-1", "orders", "127.0.0.1", instance.port(), "urlprefix-/orders strip=/orders");
            awaitText(gateway, "/orders/8", "/8");
            System.out.println("reachable "
                    + Duration.ofNanos(System.nanoTime() - again).toMillis() + " ms after it registered itself");
        }
    }

    @Test
    void what_is_wrong_with_one_keeps_no_other_out_and_is_told() throws Exception {
        try (var one = echo();
                var other = echo();
                var consul = ConsulAgent.start();
                var gateway = start(consul, "guard.hold=1s", "consul.wait-time=1s")) {
            consul.register("a-1", "a", "127.0.0.1", one.port(), "gateway.path=/shared", "urlprefix-/a");
            consul.register("b-1", "b", "127.0.0.1", other.port(), "gateway.path=/shared", "gateway.also.path=/b");
            consul.register("c-1", "c", "127.0.0.1", one.port(), "gateway.path=c", "gateway.more.pth=/c");
            consul.register(
                    "d-1", "d", "127.0.0.1", one.port(), "gateway.path=/svc", "urlprefix-/d allow=ip:10.0.0.0/8");
            consul.register("e-1", "e", "127.0.0.1", one.port(), "gateway.path=/e");
            awaitText(gateway, "/e", "/e");
            awaitText(gateway, "/a", "/a");
            awaitText(gateway, "/b", "/b");
            assertThat(gateway.get("/shared").text()).isEqualTo("/shared");
            assertThat(one.requests()).anyMatch(request -> request.startLine().contains("/shared"));
            assertThat(gateway.get("/svc").status()).as("the file's").isEqualTo(503);
            assertThat(gateway.get("/d").status()).isEqualTo(404);
            Map<String, String> reasons = quarantined(gateway);
            assertThat(reasons.keySet())
                    .containsExactlyInAnyOrder("b@consul", "c@consul", "c.more@consul", "d@consul", "d:/d@consul");
            assertThat(reasons.get("b@consul")).contains("a@consul", "b@consul", "/shared");
            assertThat(reasons.get("c@consul")).startsWith("path: expected");
            assertThat(reasons.get("c.more@consul")).startsWith("gateway.pth: unknown key");
            assertThat(reasons.get("d@consul")).contains("'r'", "/svc");
            assertThat(reasons.get("d:/d@consul")).startsWith("allow=ip:10.0.0.0/8: ");
            assertThat(gateway.admin("/metrics").body()).contains("gateway_routes{state=\"quarantined\"} 5.0");

            consul.deregister("a-1");
            // not at once: see guard.hold
            soon().until(() -> !quarantined(gateway).containsKey("b@consul"));
            int before = other.requests().size();
            assertThat(gateway.get("/shared").text()).isEqualTo("/shared");
            assertThat(other.requests()).hasSize(before + 1);
            consul.register("c-1", "c", "127.0.0.1", one.port(), "gateway.path=/c");
            awaitText(gateway, "/c", "/c");
        }
    }

    @Test
    void a_route_goes_on_as_it_was_while_its_instances_are_replaced_by_those_with_another_tag() throws Exception {
        try (var instance = echo();
                var consul = ConsulAgent.start();
                var gateway = start(consul)) {
            consul.register("users-1", "users", "127.0.0.1", instance.port(), "gateway.path=/old");
            awaitText(gateway, "/old", "/old");
            consul.register("users-2", "users", "127.0.0.1", instance.port(), "gateway.path=/new");
            soon().until(() -> quarantined(gateway).containsKey("users@consul"));
            assertThat(quarantined(gateway).get("users@consul"))
                    .contains("'/new' and '/old'")
                    .endsWith("; the route goes on as it was");
            assertThat(gateway.get("/old").text()).isEqualTo("/old");
            consul.deregister("users-1");
            awaitText(gateway, "/new", "/new");
            assertThat(gateway.get("/old").status()).isEqualTo(404);
            assertThat(quarantined(gateway)).isEmpty();
        }
    }

    @Test
    void is_routed_on_while_consul_has_forgotten_it_or_is_away() throws Exception {
        String lastGood = "consul.last-good=" + folder.resolve("last-good.json");
        try (var instance = echo();
                var consul = ConsulAgent.start()) {
            consul.register("users-1", "users", "127.0.0.1", instance.port(), "gateway.path=/users");
            try (var gateway = start(consul, lastGood)) {
                awaitText(gateway, "/users", "/users");
                consul.restart();
                soon().until(() -> gateway.upstreams().findValuesAsText("state").contains("suspect"));
                assertThat(gateway.get("/users").text()).isEqualTo("/users");
            }
            consul.kill();
            try (var gateway = start(consul, lastGood)) {
                assertThat(gateway.get("/users").text()).isEqualTo("/users");
                soon().until(() -> shown(gateway).path("tags").path("error").isTextual());
                assertThat(gateway.get("/users").text()).isEqualTo("/users");
            }
        }
    }

    @Test
    void asks_for_nothing_where_tags_make_no_routes() throws Exception {
        try (var instance = echo();
                var consul = ConsulAgent.start();
                var gateway = GatewayFixture.with("consul.address=" + consul.address())) {
            consul.register("users-1", "users", "127.0.0.1", instance.port(), "gateway.path=/users");
            consul.register("svc-1", "svc", "127.0.0.1", instance.port(), "gateway.path=/users");
            awaitText(gateway, "/svc", "/svc");
            assertThat(gateway.get("/users").status()).isEqualTo(404);
            assertThat(shown(gateway).has("tags")).isFalse();
            assertThat(gateway.upstreams()).hasSize(1);
        }
    }

    @Test
    void does_not_decide_how_long_a_gateway_takes_to_stop() throws Exception {
        try (var instance = echo();
                var consul = ConsulAgent.start();
                var gateway = start(consul, "shutdown.drain= route.deadline=10s route.attempt-timeout=5s")) {
            assertThat(gateway.gateway().timeToDrain()).isEqualTo(Duration.ofSeconds(15));
            consul.register(
                    "users-1", "users", "127.0.0.1", instance.port(), "gateway.path=/users", "gateway.deadline=24h");
            awaitText(gateway, "/users", "/users");
            assertThat(gateway.gateway().timeToDrain())
                    .as("the default deadline of a route, and 5 s")
                    .isEqualTo(Duration.ofSeconds(35));
        }
    }
}
