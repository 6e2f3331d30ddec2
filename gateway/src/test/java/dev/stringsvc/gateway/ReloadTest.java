package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.gateway.transport.FakeInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Changes of the configuration file while the gateway runs.
class ReloadTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String BROKEN = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n";

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("gateway.yaml");
    }

    private void write(String... lines) throws IOException {
        Files.writeString(file(), String.join("\n", lines) + "\n");
    }

    private static String services(String... each) {
        return "services: {" + String.join(", ", each) + "}";
    }

    private static String service(String name, FakeInstance... instances) {
        List<String> addresses =
                List.of(instances).stream().map(FakeInstance::address).toList();
        return name + ": {instances: [\"" + String.join("\", \"", addresses) + "\"]}";
    }

    private static String routes(String... each) {
        return "routes: [" + String.join(", ", each) + "]";
    }

    private static String route(String name, String service) {
        return "{name: %s, path: /%s, service: %s, deadline: 20s, attempt-timeout: 20s}".formatted(name, name, service);
    }

    private static JsonNode shown(GatewayFixture gateway) throws IOException {
        return GatewayFixture.JSON.readTree(gateway.admin("/routes").body());
    }

    private static String metrics(GatewayFixture gateway) {
        return gateway.admin("/metrics").body();
    }

    @Test
    void a_changed_file_is_live_within_moments_and_what_stays_keeps_its_connections() throws Exception {
        var old = FakeInstance.healthy();
        var added = FakeInstance.healthy();
        write(services(service("a", old)), routes(route("one", "a")));
        try (var gateway = GatewayFixture.of(file(), old, added)) {
            assertThat(gateway.get("/one").status()).isEqualTo(200);
            assertThat(gateway.get("/two").status()).isEqualTo(404);
            write(services(service("a", old), service("b", added)), routes(route("one", "a"), route("two", "b")));
            await().atMost(SOON).until(() -> gateway.get("/two").status() == 200);
            assertThat(gateway.get("/one").status()).isEqualTo(200);
            assertThat(old.connections()).as("connections to what stayed").isOne();
            assertThat(old.requests()).hasSize(2);
            assertThat(metrics(gateway))
                    .contains(
                            "gateway_config_reloads_total{result=\"ok\"} 1.0",
                            "gateway_routes{state=\"live\"} 2.0",
                            "gateway_instances{service=\"b\",state=\"active\"} 1.0");
        }
    }

    @Test
    void an_ejected_instance_stays_ejected_while_its_service_gains_another() throws Exception {
        var bad = FakeInstance.answering(BROKEN);
        var good = FakeInstance.healthy();
        var third = FakeInstance.healthy();
        String ejection = "ejection: {failures: 2, probe-after: 1m}";
        write(ejection, services(service("a", bad, good)), routes(route("one", "a")));
        try (var gateway = GatewayFixture.of(file(), bad, good, third)) {
            for (int i = 0; i < 4; i++) {
                gateway.get("/one");
            }
            assertThat(states(gateway)).containsExactly("ejected", "active");
            write(ejection, services(service("a", bad, good, third)), routes(route("one", "a")));
            gateway.gateway().reload();
            assertThat(states(gateway)).containsExactly("ejected", "active", "active");
            int asked = bad.requests().size();
            for (int i = 0; i < 4; i++) {
                assertThat(gateway.get("/one").status()).isEqualTo(200);
            }
            assertThat(bad.requests()).hasSize(asked);
            assertThat(third.requests()).hasSize(2);
        }
    }

    private static List<String> states(GatewayFixture gateway) throws IOException {
        return gateway.upstreams().path(0).path("instances").findValuesAsText("state");
    }

    @Test
    void a_service_that_is_narrowed_in_the_file_is_not_guarded() throws Exception {
        var all = new FakeInstance[] {
            FakeInstance.healthy(), FakeInstance.healthy(), FakeInstance.healthy(), FakeInstance.healthy()
        };
        write(services(service("a", all)), routes(route("one", "a")));
        try (var gateway = GatewayFixture.of(file(), all)) {
            write(services(service("a", all[3])), routes(route("one", "a")));
            gateway.gateway().reload();
            assertThat(states(gateway)).containsExactly("active");
        }
    }

    @Test
    void a_request_under_way_on_a_route_that_goes_finishes_with_another_attempt_where_it_needs_one() throws Exception {
        var asked = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        var slow = FakeInstance.of(wire -> {
            wire.read();
            asked.countDown();
            answer.await();
            // and breaks off: the request is to go on elsewhere
        });
        var other = FakeInstance.healthy();
        write(services(service("a", slow, other)), routes(route("one", "a"), route("two", "a")));
        try (var gateway = GatewayFixture.of(file(), slow, other);
                RawClient client = gateway.client()) {
            client.send("GET /one HTTP/1.1\r\nHost: gw\r\n\r\n");
            asked.await();
            write(services(service("b", other)), routes(route("two", "b")));
            gateway.gateway().reload();
            assertThat(gateway.get("/one").status()).isEqualTo(404);
            assertThat(gateway.upstreams().findValuesAsText("service")).containsExactly("b");
            answer.countDown();
            assertThat(client.read().text()).isEqualTo("ok");
            gateway.awaitIdle();
            await().atMost(SOON).until(() -> other.openConnections() == 0);
            assertThat(gateway.get("/two").text()).isEqualTo("ok");
            assertThat(metrics(gateway))
                    .contains("gateway_instance_in_flight{instance=\"" + other.address() + "\",service=\"b\"}")
                    .doesNotContain("service=\"a\"");
        }
    }

    @Test
    void a_bad_file_changes_nothing_and_is_told_until_it_is_mended() throws Exception {
        var instance = FakeInstance.healthy();
        write(services(service("a", instance)), routes(route("one", "a")));
        try (var gateway = GatewayFixture.of(file(), instance)) {
            JsonNode before = shown(gateway);
            assertThat(before.has("refused")).isFalse();
            for (String bad :
                    List.of("routes: [{name: one, path: one, service: a}]", "routes: [", "\n", "", "routs: []")) {
                Files.writeString(file(), bad);
                gateway.gateway().reload();
                assertThat(gateway.get("/one").status()).isEqualTo(200);
                assertThat(shown(gateway).path("routes")).isEqualTo(before.path("routes"));
                assertThat(shown(gateway).path("loadedAt")).isEqualTo(before.path("loadedAt"));
                assertThat(shown(gateway).path("refused").path("reason").asText())
                        .startsWith(file() + ":1: ");
            }
            Files.delete(file());
            gateway.gateway().reload();
            assertThat(shown(gateway).path("refused").path("reason").asText()).endsWith(": no such file");
            // at least: the file is looked at by itself too
            assertThat(metrics(gateway))
                    .containsPattern("gateway_config_reloads_total\\{result=\"refused\"} ([6-9]|1\\d)\\.0")
                    .contains("gateway_config_reloads_total{result=\"ok\"} 0.0");
            write(services(service("a", instance)), routes(route("two", "a")));
            gateway.gateway().reload();
            assertThat(gateway.get("/two").status()).isEqualTo(200);
            assertThat(shown(gateway).has("refused")).isFalse();
            assertThat(instance.connections()).isOne();
        }
    }

    @Test
    void a_new_service_that_discovery_says_nothing_of_yet_keeps_a_ready_gateway_ready() throws Exception {
        var instance = FakeInstance.healthy();
        var consul = FakeInstance.hung();
        String discovery = "consul: {address: \"%s\"}".formatted(consul.address());
        write(discovery, services(service("a", instance)), routes(route("one", "a")));
        try (var gateway = GatewayFixture.of(file(), instance, consul)) {
            write(discovery, services(service("a", instance)), routes(route("one", "a"), route("two", "b")));
            gateway.gateway().reload();
            assertThat(gateway.get("/two").status()).isEqualTo(503);
            assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(200);
            assertThat(gateway.admin("/readyz").body()).contains("b: no answer from discovery yet");
        }
    }

    @Test
    void turns_go_on_where_they_were_on_a_route_that_stays() throws Exception {
        var one = FakeInstance.healthy();
        var two = FakeInstance.healthy();
        String services = services(service("a", one, two));
        write(services, routes(route("one", "a")));
        try (var gateway = GatewayFixture.of(file(), one, two)) {
            gateway.get("/one");
            write(services, routes(route("one", "a"), route("two", "a")));
            gateway.gateway().reload();
            gateway.get("/one");
            assertThat(one.requests()).hasSize(1);
            assertThat(two.requests()).hasSize(1);
        }
    }

    @Test
    void no_request_fails_while_instances_and_routes_are_changed_again_and_again() throws Exception {
        var a = FakeInstance.healthy();
        var b = FakeInstance.healthy();
        var c = FakeInstance.healthy();
        write(services(service("s", a, b)), routes(route("one", "s")));
        try (var gateway = GatewayFixture.of(file(), a, b, c);
                var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var done = new AtomicBoolean();
            List<Future<Integer>> counts = Stream.generate(() -> clients.submit(() -> {
                        int count = 0;
                        for (; !done.get(); count++) {
                            assertThat(gateway.get("/one").status()).isEqualTo(200);
                        }
                        return count;
                    }))
                    .limit(4)
                    .toList();
            for (int i = 0; i < 40; i++) {
                boolean even = i % 2 == 0;
                // the service, its instances, and what it is called
                write(
                        services(service(i % 4 < 2 ? "s" : "t", even ? b : a, even ? c : b)),
                        routes(route("one", i % 4 < 2 ? "s" : "t"), route("more" + i, i % 4 < 2 ? "s" : "t")));
                gateway.gateway().reload();
            }
            done.set(true);
            int sum = 0;
            for (Future<Integer> count : counts) {
                sum += count.get();
            }
            assertThat(sum).isPositive();
            assertThat(metrics(gateway)).contains("gateway_routes{state=\"live\"} 2.0");
        }
    }
}
