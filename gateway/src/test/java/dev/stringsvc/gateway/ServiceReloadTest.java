package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import dev.stringsvc.testkit.ConsulAgent;
import dev.stringsvc.testkit.EtcdServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Changes of a service in the file under load: its instances and their protocol.
class ServiceReloadTest {
    @TempDir
    private Path folder;

    /// The `Via` of all answers.
    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    private Path write(String... lines) throws Exception {
        return Files.writeString(folder.resolve("gateway.yaml"), String.join("\n", lines) + "\n");
    }

    private static final String ROUTES =
            "routes: [{name: r, path: /svc, service: a, deadline: 20s, attempt-timeout: 10s}]";

    /// Changes the file while four clients send requests, each on a new connection.
    private void change(GatewayFixture gateway, List<String> services, String before) throws Exception {
        var done = new AtomicBoolean();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> counts = Stream.generate(() -> clients.submit(() -> {
                        int count = 0;
                        for (; !done.get(); count++) {
                            HttpMessage answer = gateway.get("/svc");
                            assertThat(answer.status()).isEqualTo(200);
                            seen.add(String.join(", ", answer.headers("Via")));
                        }
                        return count;
                    }))
                    .limit(4)
                    .toList();
            try {
                for (int i = 0; i < 9; i++) {
                    write(before, services.get(i % services.size()), ROUTES);
                    gateway.gateway().reload();
                    int lines = gateway.logLines(1).size();
                    gateway.logLines(lines + 8); // some requests with each
                }
            } finally {
                done.set(true);
            }
            for (Future<Integer> count : counts) {
                assertThat(count.get()).isPositive();
            }
        }
        assertThat(gateway.admin("/metrics").body()).contains("gateway_config_reloads_total{result=\"refused\"} 0.0");
    }

    @Test
    void no_request_fails_while_a_service_changes_its_protocol() throws Exception {
        try (var instance = GatewayFixture.over(FakeInstance.healthy())) {
            String address = "instances: [\"127.0.0.1:" + instance.gateway().port() + "\"]";
            List<String> services =
                    List.of("services: {a: {" + address + ", protocol: h2c}}", "services: {a: {" + address + "}}");
            try (var gateway = GatewayFixture.of(write(services.getLast(), ROUTES))) {
                change(gateway, services, "");
                assertThat(seen).containsExactlyInAnyOrder("1.1 gateway, 1.1 gateway", "1.1 gateway, 2.0 gateway");
            }
        }
    }

    @Test
    void no_request_fails_while_a_service_changes_its_meta_with_a_last_good_file() throws Exception {
        try (var one = FakeInstance.healthy();
                var two = FakeInstance.healthy();
                var consul = ConsulAgent.start()) {
            register(consul, "a-1", one, "1");
            register(consul, "a-2", two, "2");
            String discovery = "consul: {address: \"%s\", last-good: \"%s\"}"
                    .formatted(consul.address(), folder.resolve("last-good.json"));
            List<String> services = List.of(
                    "services: {a: {meta: {version: \"2\"}}}",
                    "services: {a: {}}",
                    "services: {a: {meta: {version: \"1\"}}}");
            try (var gateway = GatewayFixture.of(write(discovery, services.get(1), ROUTES))) {
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> gateway.admin("/readyz").statusCode() == 200);
                change(gateway, services, discovery);
                write(discovery, services.get(2), ROUTES);
                gateway.gateway().reload();
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> gateway.upstreams().findValuesAsText("id").equals(List.of("a-1")));
                int before = two.requests().size();
                for (int i = 0; i < 6; i++) {
                    assertThat(gateway.get("/svc").status()).isEqualTo(200);
                }
                assertThat(two.requests()).hasSize(before);
            }
            assertThat(one.requests()).isNotEmpty();
            assertThat(two.requests()).isNotEmpty();
        }
    }

    @Test
    void no_request_fails_while_a_service_moves_between_consul_and_etcd() throws Exception {
        try (var one = FakeInstance.healthy();
                var two = FakeInstance.healthy();
                var consul = ConsulAgent.start();
                var etcd = EtcdServer.start()) {
            register(consul, "a-1", one, "1");
            etcd.put("/services/a/a-2", "{\"Addr\":\"" + two.address() + "\",\"Metadata\":{\"version\":\"2\"}}");
            String registries = "consul: {address: \"%s\"}\netcd: {endpoints: [\"%s\"]}"
                    .formatted(consul.address(), etcd.address());
            List<String> services = List.of(
                    "services: {a: {}}",
                    "services: {a: {registry: etcd}}",
                    "services: {a: {registry: etcd, meta: {version: \"2\"}}}");
            try (var gateway = GatewayFixture.of(write(registries, services.get(0), ROUTES))) {
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> gateway.admin("/readyz").statusCode() == 200);
                change(gateway, services, registries);
                assertThat(gateway.upstreams().findValuesAsText("id")).containsExactly("a-2");
            }
            assertThat(one.requests()).isNotEmpty();
            assertThat(two.requests()).isNotEmpty();
        }
    }

    @Test
    void a_service_cannot_move_to_an_etcd_that_the_gateway_was_started_without() throws Exception {
        try (var instance = FakeInstance.healthy()) {
            String fixed = "services: {a: {instances: [\"" + instance.address() + "\"]}}";
            Path file = write(fixed, ROUTES);
            try (var gateway = GatewayFixture.of(file, instance)) {
                write("etcd: {endpoints: [\"127.0.0.1:1\"]}", "services: {a: {registry: etcd}}", ROUTES);
                gateway.gateway().reload();
                var refused = GatewayFixture.JSON
                        .readTree(gateway.admin("/routes").body())
                        .path("refused");
                assertThat(refused.toString())
                        .contains(file + ": services.a.registry: etcd can be used after the next start");
                assertThat(gateway.get("/svc").status()).isEqualTo(200);
            }
        }
    }

    @Test
    void a_reload_changes_how_many_requests_a_service_may_hold() throws Exception {
        var taken = new Semaphore(0);
        var go = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            for (HttpMessage request; (request = wire.read()) != null; ) {
                taken.release();
                go.await();
                wire.send(FakeInstance.OK);
            }
        });
        String service = "services: {a: {instances: [\"" + instance.address() + "\"], in-flight: %d}}";
        String get = RawClient.head("GET /svc HTTP/1.1", "Host: gw");
        try (var gateway = GatewayFixture.of(write(service.formatted(1), ROUTES), instance);
                RawClient first = gateway.client();
                RawClient second = gateway.client()) {
            first.send(get);
            taken.acquire();
            assertThat(second.send(get).read().status()).isEqualTo(503);
            write(service.formatted(2), ROUTES);
            gateway.gateway().reload();
            second.send(get);
            taken.acquire();
            write(service.formatted(1), ROUTES);
            gateway.gateway().reload();
            assertThat(gateway.get("/svc").status()).isEqualTo(503);
            go.countDown();
            assertThat(first.read().status()).isEqualTo(200);
            assertThat(second.read().status()).isEqualTo(200);
            gateway.awaitIdle();
            assertThat(gateway.get("/svc").status()).isEqualTo(200);
        }
    }

    private static void register(ConsulAgent consul, String id, FakeInstance instance, String version)
            throws Exception {
        consul.put("/v1/agent/service/register", """
                {"ID": "%s", "Name": "a", "Address": "127.0.0.1", "Port": %d, "Meta": {"version": "%s"}}""".formatted(id, instance.port(), version));
    }
}
