package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.ConsulAgent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// The gateway itself is stopped, started before Consul, or suspended.
@Isolated("measures times")
class GatewayFaultTest {
    @Fault("SIGTERM of the gateway; any load")
    void a_stopping_gateway_announces_it_and_answers_all_accepted_requests(FaultRow row) throws Exception {
        try (var cluster = new Cluster(0, "--grace", "2s");
                var fleet = new Fleet(cluster)) {
            fleet.fresh(2).forEach(instance -> instance.behave(Behaviour.slow(Duration.ofMillis(150))));
            List<Load> loads = List.of(
                    row.load(16, cluster.gateway(), Call.UPPERCASE), row.load(16, cluster.gateway(), Call.NOTIFICATOR));
            // Once the port is closed, connections are refused; before that, no request fails. The kernel resets those
            // that it has queued at that moment.
            loads.forEach(load -> load.promise(
                    failure -> failure.contains("ConnectException") || failure.contains("Connection reset")));
            cluster.gateway().process().terminate();
            await().atMost(Cluster.PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> cluster.admin("/readyz").statusCode() == 503);
            var answer = cluster.post(Call.UPPERCASE.path(), Call.UPPERCASE.json());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Connection")).contains("close");
            assertThat(cluster.gateway().process().awaitExit(Cluster.PATIENCE)).isZero();
            row.nothingLost();
        }
    }

    @Fault("the gateway is started before Consul")
    void started_before_consul_it_says_why_it_is_not_ready_and_becomes_ready(FaultRow row) throws Exception {
        try (var consul = ConsulAgent.start()) {
            consul.kill();
            try (var gateway = GatewayProcess.start(consul.address(), Map.of())) {
                gateway.process().awaitLine("discovery failed, still using 0 known instances");
                var notReady = gateway.admin("/readyz");
                assertThat(notReady.statusCode()).isEqualTo(503);
                assertThat(notReady.body()).contains("stringsvc: no answer from discovery yet", "cannot be reached");
                var refused = gateway.post(Call.UPPERCASE.path(), Call.UPPERCASE.json());
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("Retry-After")).isPresent();
                row.recovers(consul::restart, () -> gateway.admin("/readyz").statusCode() == 200);
                row.requests(1);
            }
        }
    }

    @Tag("long")
    @Fault("SIGSTOP of the gateway, SIGCONT later; any load")
    void a_gateway_that_was_suspended_answers_its_requests(FaultRow row) throws Exception {
        try (var cluster = new Cluster(0, Cluster.patient());
                var fleet = new Fleet(cluster)) {
            fleet.fresh(2);
            var load = row.load(16, cluster.gateway(), Call.UPPERCASE);
            row.load(16, cluster.gateway(), Call.NOTIFICATOR);
            cluster.gateway().process().suspend();
            load.goOnFor(Form.FAULT);
            row.recovers(
                    cluster.gateway().process()::resume,
                    () -> cluster.post(Call.UPPERCASE.path(), Call.UPPERCASE.json())
                                    .statusCode()
                            == 200);
            load.awaitMore(100);
            row.nothingLost();
        }
    }

    @Tag("long")
    @Fault("the gateway is started while Consul is away, with a last-good file")
    void instances_of_the_last_run_serve_at_once(FaultRow row, @TempDir Path folder) throws Exception {
        Path file = folder.resolve("last-good");
        try (var consul = ConsulAgent.start();
                var instance = FaultyInstance.start("instance")) {
            consul.register(instance.id(), "stringsvc", "127.0.0.1", instance.port());
            try (var before = GatewayProcess.start(consul.address(), Map.of(), "--last-good", file.toString())) {
                before.awaitActive(List.of(instance.id()));
                await().atMost(Cluster.PATIENCE).until(() -> Files.exists(file));
            }
            consul.kill();
            try (var gateway = GatewayProcess.start(consul.address(), Map.of(), "--last-good", file.toString())) {
                // the very first request
                assertThat(gateway.post(Call.NOTIFICATOR.path(), Call.NOTIFICATOR.json())
                                .statusCode())
                        .isEqualTo(200);
                row.load(8, gateway, Call.UPPERCASE).goOnFor(Form.FAULT);
                assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(200);
                assertThat(gateway.admin("/readyz").body()).contains("\"reasons\"", "stringsvc");
                assertThat(gateway.upstream().at("/watch/remembered").asBoolean())
                        .isTrue();
                row.recovers(
                        () -> {
                            consul.restart();
                            consul.register(instance.id(), "stringsvc", "127.0.0.1", instance.port());
                        },
                        () -> !gateway.upstream().at("/watch/remembered").asBoolean()
                                && gateway.active().equals(List.of(instance.id())));
                row.nothingLost();
            }
        }
    }
}
