package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.testkit.ConsulAgent;
import dev.stringsvc.testkit.EtcdServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A gateway that starts while Consul is unreachable, after a run in which the instances were known.
class LastGoodStartTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private GatewayFixture start(ConsulAgent consul) throws Exception {
        return GatewayFixture.with(
                "consul.address=" + consul.address() + " consul.last-good=" + folder.resolve("last-good.json"));
    }

    private static JsonNode readiness(GatewayFixture gateway, int status) throws Exception {
        var answer = gateway.admin("/readyz");
        assertThat(answer.statusCode()).isEqualTo(status);
        return GatewayFixture.JSON.readTree(answer.body());
    }

    private static JsonNode upstream(GatewayFixture gateway) throws Exception {
        return gateway.upstreams().path(0);
    }

    @Test
    void serves_at_once_what_the_run_before_knew_until_consul_returns() throws Exception {
        try (var old = FakeInstance.healthy();
                var consul = ConsulAgent.start()) {
            consul.register("svc-1", "svc", "127.0.0.1", old.port());
            try (var gateway = start(consul)) {
                await().atMost(SOON)
                        .until(() -> upstream(gateway).path("instances").size() == 1);
                assertThat(gateway.get("/svc").text()).isEqualTo("ok");
            }
            consul.kill();
            try (var gateway = start(consul)) {
                assertThat(gateway.get("/svc").text()).isEqualTo("ok");
                assertThat(readiness(gateway, 200).path("reasons").path(0).asText())
                        .startsWith("svc: serving 1 instances as they were known ");
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(readiness(gateway, 200)
                                        .path("reasons")
                                        .path(0)
                                        .asText())
                                .contains(" s ago; no answer from discovery yet: Consul at ", "cannot be reached"));
                JsonNode watch = upstream(gateway).path("watch");
                assertThat(watch.path("remembered").asBoolean()).isTrue();
                assertThat(watch.path("ageSeconds").asDouble()).isPositive();
                assertThat(watch.path("failuresInARow").asInt()).isPositive();
                assertThat(gateway.get("/svc").text()).isEqualTo("ok");

                consul.restart();
                consul.register("svc-1", "svc", "127.0.0.1", old.port());
                await().atMost(SOON)
                        .until(() -> !upstream(gateway)
                                        .path("watch")
                                        .path("remembered")
                                        .asBoolean()
                                && upstream(gateway).path("instances").size() == 1);
                assertThat(readiness(gateway, 200).has("reasons")).isFalse();
                assertThat(gateway.get("/svc").text()).isEqualTo("ok");
            }
        }
    }

    @Test
    void keeps_the_instances_of_a_service_in_etcd_as_well_but_not_for_another_registry() throws Exception {
        Path file = folder.resolve("last-good.json");
        try (var instance = FakeInstance.healthy();
                var etcd = EtcdServer.start()) {
            etcd.put("/services/svc/svc-1", instance.address());
            String options = "service.registry=etcd etcd.endpoints=" + etcd.address() + " consul.last-good=" + file;
            try (var gateway = GatewayFixture.with(options)) {
                await().atMost(SOON)
                        .until(() -> upstream(gateway).path("instances").size() == 1);
                assertThat(upstream(gateway).path("watch").path("index").asLong())
                        .isPositive();
                assertThat(gateway.get("/svc").text()).isEqualTo("ok");
                assertThat(gateway.admin("/metrics").body())
                        .contains("gateway_watch_age_seconds{service=\"svc\"}", "gateway_watch_index{service=\"svc\"}");
            }
            etcd.kill();
            try (var gateway = GatewayFixture.with(options)) {
                assertThat(gateway.get("/svc").text()).isEqualTo("ok");
                assertThat(readiness(gateway, 200).path("reasons").path(0).asText())
                        .startsWith("svc: serving 1 instances as they were known ");
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(readiness(gateway, 200)
                                        .path("reasons")
                                        .path(0)
                                        .asText())
                                .contains("no answer from discovery yet: etcd at http://" + etcd.address()));
                etcd.restart();
                await().atMost(SOON)
                        .until(() -> !upstream(gateway)
                                .path("watch")
                                .path("remembered")
                                .asBoolean());
                assertThat(gateway.get("/svc").text()).isEqualTo("ok");
            }
        }
        try (var consul = ConsulAgent.start()) {
            consul.kill();
            try (var gateway = start(consul)) {
                assertThat(gateway.get("/svc").status()).isEqualTo(503);
            }
        }
    }

    @Test
    void a_file_that_cannot_be_used_is_as_good_as_none() throws Exception {
        Files.writeString(folder.resolve("last-good.json"), "{\"version\": 1, \"serv");
        try (var consul = ConsulAgent.start();
                var instance = FakeInstance.healthy()) {
            consul.kill();
            try (var gateway = start(consul)) {
                assertThat(readiness(gateway, 503).path("reasons").path(0).asText())
                        .startsWith("svc: no answer from discovery yet");
                assertThat(gateway.get("/svc").status()).isEqualTo(503);
                consul.restart();
                consul.register("svc-1", "svc", "127.0.0.1", instance.port());
                await().atMost(SOON)
                        .until(() -> upstream(gateway).path("instances").size() == 1);
                assertThat(gateway.get("/svc").text()).isEqualTo("ok");
            }
        }
        assertThat(folder.resolve("last-good.json")).content().contains("svc-1");
    }
}
