package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A route's balancer and canary, with real clients and instances.
class RouteBalanceTest {
    private static FakeInstance named(String name) throws IOException {
        return FakeInstance.answering("HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n\r\n" + name);
    }

    private static String get(GatewayFixture gateway, String header) throws IOException {
        return gateway.exchange(
                        "GET /svc HTTP/1.1\r\nHost: gw\r\n" + (header.isEmpty() ? "" : header + "\r\n") + "\r\n")
                .text();
    }

    private static Map<String, Integer> counts(GatewayFixture gateway, String header, int count) throws IOException {
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < count; i++) {
            counts.merge(get(gateway, header), 1, Integer::sum);
        }
        return counts;
    }

    /// Forty users, told apart by a header, each send three requests: each user always gets the same
    /// instance, and every instance gets some users.
    private static void staysAtHome(GatewayFixture gateway, String header) throws IOException {
        Map<String, String> homes = new HashMap<>();
        for (int i = 0; i < 120; i++) {
            String one = header + i % 40;
            String home = get(gateway, one);
            assertThat(homes.computeIfAbsent(one, key -> home)).isEqualTo(home);
        }
        assertThat(new HashSet<>(homes.values())).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void a_session_stays_at_its_instance() throws Exception {
        try (var gateway = GatewayFixture.routing(
                "", route -> route.put("balancer", "hash cookie session"), named("a"), named("b"), named("c"))) {
            staysAtHome(gateway, "Cookie: theme=dark; session=s");
        }
    }

    @Test
    void a_client_stays_at_its_instance_whatever_it_says_of_itself() throws Exception {
        try (var gateway = GatewayFixture.routing(
                "", route -> route.put("balancer", "hash client"), named("a"), named("b"), named("c"))) {
            Set<String> homes = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                homes.add(get(gateway, "X-Forwarded-For: 192.0.2." + i));
            }
            assertThat(homes).hasSize(1);
        }
    }

    @Test
    void a_client_behind_a_trusted_proxy_stays_at_its_instance_and_not_where_the_proxy_s_others_are() throws Exception {
        try (var gateway = GatewayFixture.routing(
                "trusted-proxies=127.0.0.1",
                route -> route.put("balancer", "hash client"),
                named("a"),
                named("b"),
                named("c"))) {
            staysAtHome(gateway, "X-Forwarded-For: 192.0.2.");
        }
    }

    @Test
    void who_a_header_names_stays_at_an_instance() throws Exception {
        try (var gateway = GatewayFixture.routing(
                "", route -> route.put("balancer", "hash header X-User"), named("a"), named("b"), named("c"))) {
            staysAtHome(gateway, "x-user: u");
        }
    }

    /// An instance that holds its requests until it is released.
    private static FakeInstance keeping(CountDownLatch answer) throws IOException {
        return FakeInstance.of(wire -> {
            while (wire.read() != null) {
                answer.await();
                wire.send(FakeInstance.OK);
            }
        });
    }

    private static void awaitUntil(Callable<Boolean> condition) {
        await().pollInterval(Duration.ofMillis(2))
                .pollDelay(Duration.ZERO)
                .atMost(Duration.ofSeconds(10))
                .until(condition);
    }

    @Test
    void one_user_whom_half_of_the_world_asks_for_has_as_many_instances_as_that_needs() throws Exception {
        var answer = new CountDownLatch(1);
        FakeInstance[] all = {keeping(answer), keeping(answer), keeping(answer), keeping(answer)};
        List<RawClient> clients = new ArrayList<>();
        try (var gateway = GatewayFixture.routing("", route -> route.put("balancer", "hash header X-User"), all)) {
            for (int i = 1; i <= 40; i++) {
                int count = i;
                clients.add(gateway.client().send("GET /svc HTTP/1.1\r\nHost: gw\r\nX-User: one\r\n\r\n"));
                awaitUntil(() -> Stream.of(all)
                                .mapToInt(instance -> instance.requests().size())
                                .sum()
                        == count);
            }
            assertThat(all)
                    .allSatisfy(instance -> assertThat(instance.requests())
                            .as("1.25 times the average at most")
                            .hasSizeBetween(1, 13));
            answer.countDown();
            for (RawClient client : clients) {
                try (client) {
                    assertThat(client.read().status()).isEqualTo(200);
                }
            }
        }
    }

    @Test
    void who_has_less_in_flight_gets_the_next_request() throws Exception {
        var answer = new CountDownLatch(1);
        var slow = keeping(answer);
        var quick = FakeInstance.healthy();
        try (var gateway = GatewayFixture.routing("", route -> route.put("balancer", "least-in-flight"), slow, quick);
                RawClient waiting = gateway.client()) {
            for (int i = 0; slow.requests().isEmpty(); i++) {
                assertThat(i).as("requests until the slow one had its first").isLessThan(100);
                int before = quick.requests().size();
                waiting.send("GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n");
                await().atMost(Duration.ofSeconds(10))
                        .until(() ->
                                !slow.requests().isEmpty() || quick.requests().size() > before);
                if (slow.requests().isEmpty()) {
                    assertThat(waiting.read().status()).isEqualTo(200);
                }
            }
            int before = quick.requests().size();
            for (int i = 0; i < 20; i++) {
                awaitUntil(
                        () -> gateway.upstreams().findValuesAsText("inFlight").contains("0"));
                assertThat(gateway.get("/svc").status()).isEqualTo(200);
            }
            assertThat(quick.requests()).hasSize(before + 20);
            assertThat(slow.requests()).hasSize(1);
            answer.countDown();
            assertThat(waiting.read().status()).isEqualTo(200);
        }
    }

    private static String listed(FakeInstance instance, String tag, int weight) {
        return listed(instance, tag, "1", weight);
    }

    private static String listed(FakeInstance instance, String tag, String version, int weight) {
        return """
                {"Node": {"ID": "n", "Node": "n", "Address": "127.0.0.1", "Datacenter": "dc1"},
                 "Service": {"ID": "svc-%d", "Service": "svc", "Tags": ["%s"], "Address": "127.0.0.1",
                   "Meta": {"version": "%s"}, "Port": %d, "Weights": {"Passing": %d, "Warning": 1}},
                 "Checks": []}""".formatted(instance.port(), tag, version, instance.port(), weight);
    }

    /// A fake Consul that names these instances and reports no change afterwards.
    private static FakeInstance consul(String... listed) throws IOException {
        String json = "[" + String.join(",", listed) + "]";
        return FakeInstance.of(wire -> {
            HttpMessage query = wire.read();
            if (query != null && !query.startLine().contains("index=")) {
                wire.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Consul-Index: 7\r\n"
                        + "X-Consul-KnownLeader: true\r\nX-Consul-LastContact: 0\r\nContent-Length: "
                        + json.length() + "\r\n\r\n" + json);
            } else {
                wire.awaitEnd();
            }
        });
    }

    private static GatewayFixture behind(FakeInstance consul, Consumer<ObjectNode> route) throws Exception {
        var gateway = GatewayFixture.routing("guard.min-share=0 consul.address=" + consul.address(), route);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> gateway.admin("/readyz").statusCode() == 200);
        return gateway;
    }

    @Test
    void consuls_weights_are_kept_exactly() throws Exception {
        try (var a = named("a");
                var b = named("b");
                var c = named("c");
                var consul = consul(listed(a, "x", 3), listed(b, "x", 2), listed(c, "x", 1));
                var gateway = behind(consul, route -> route.put("balancer", "weighted"))) {
            assertThat(counts(gateway, "", 60))
                    .containsOnly(Map.entry("a", 30), Map.entry("b", 20), Map.entry("c", 10));
        }
    }

    @Test
    void canaries_are_those_with_the_header_and_a_share_of_the_others() throws Exception {
        try (var a = named("a");
                var b = named("b");
                var canary = named("canary");
                var consul = consul(listed(a, "x", 1), listed(b, "x", 1), listed(canary, "canary", 1));
                var gateway = behind(
                        consul,
                        route -> route.putObject("canary")
                                .put("percent", 10)
                                .put("header", "X-Canary: yes")
                                .put("tag", "canary"))) {
            assertThat(counts(gateway, "x-canary: yes", 10)).containsOnly(Map.entry("canary", 10));
            assertThat(counts(gateway, "", 100))
                    .containsOnly(Map.entry("a", 45), Map.entry("b", 45), Map.entry("canary", 10));
        }
    }

    @Test
    void canaries_may_be_told_by_their_meta() throws Exception {
        try (var a = named("a");
                var b = named("b");
                var canary = named("canary");
                var consul = consul(listed(a, "x", "1", 1), listed(b, "x", "1", 1), listed(canary, "x", "2", 1));
                var gateway = behind(
                        consul,
                        route -> route.putObject("canary")
                                .put("percent", 20)
                                .putObject("meta")
                                .put("version", "2"))) {
            assertThat(counts(gateway, "", 100))
                    .containsOnly(Map.entry("a", 40), Map.entry("b", 40), Map.entry("canary", 20));
        }
    }
}
