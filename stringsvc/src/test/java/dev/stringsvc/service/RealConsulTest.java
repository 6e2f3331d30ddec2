package dev.stringsvc.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.program.Environment;
import dev.stringsvc.program.LogFormat;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.service.Settings.Advertise;
import dev.stringsvc.service.Settings.Registration;
import dev.stringsvc.testkit.ConsulAgent;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RealConsulTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ConsulAgent consul = ConsulAgent.start();
    private final LogWriter log = LogWriter.to(OutputStream.nullOutputStream(), 65_536);

    @AfterEach
    void stop() {
        consul.close();
        log.close();
    }

    private StringService start(String id) {
        return start(id, "127.0.0.1", Optional.empty());
    }

    private StringService start(String id, String host, Optional<Advertise> advertise) {
        var registration =
                new Registration(ConsulSettings.at(consul.address()), Duration.ofSeconds(1), Duration.ofMinutes(1));
        return StringService.start(
                new Settings(
                        host,
                        0,
                        Optional.of(id),
                        advertise,
                        List.of("blue"),
                        Optional.of(registration),
                        Duration.ZERO,
                        Duration.ofSeconds(5),
                        LogFormat.LOGFMT),
                new Environment(Map.of()),
                log);
    }

    private void awaitPassing(String... ids) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(consul.passing("stringsvc")).containsExactlyInAnyOrder(ids));
    }

    @Test
    void instances_come_and_go() {
        try (var a = start("a")) {
            awaitPassing("a");
            try (var b = start("b")) {
                awaitPassing("a", "b");
                assertThat(b.port()).isNotEqualTo(a.port());
            }
            awaitPassing("a");
            assertThat(consul.get("/v1/agent/service/a"))
                    .contains("\"Port\": " + a.port())
                    .contains("127.0.0.1", "blue", "\"version\": \"dev\"");
            await().atMost(PATIENCE).until(() -> consul.get("/v1/agent/checks").contains("HTTP GET"));
        }
        awaitPassing();
    }

    @Test
    void beside_a_local_agent_it_is_at_the_address_of_the_node() {
        try (var a = start("a", "0.0.0.0", Optional.empty())) {
            awaitPassing("a");
            await().atMost(PATIENCE).until(() -> consul.get("/v1/agent/checks").contains("HTTP GET"));
            assertThat(consul.get("/v1/agent/service/a"))
                    .contains("\"Address\": \"\"")
                    .contains("\"Port\": " + a.port());
            assertThat(consul.get("/v1/agent/checks"))
                    .contains("HTTP GET http://127.0.0.1:" + a.port() + "/health: 200");
        }
    }

    @Test
    void an_advertised_loopback_stays_as_given() {
        try (var a = start("a", "0.0.0.0", Optional.of(new Advertise("127.0.0.1", OptionalInt.empty())))) {
            awaitPassing("a");
            assertThat(a.port()).isPositive();
            assertThat(consul.get("/v1/agent/service/a")).contains("\"Address\": \"127.0.0.1\"");
        }
    }

    @Test
    void an_instance_is_back_after_consul_restarted_empty() {
        try (var a = start("a")) {
            awaitPassing("a");
            consul.restart();
            awaitPassing("a");
            assertThat(a.port()).isPositive();
        }
    }

    @Test
    void an_instance_stops_while_consul_hangs() {
        try (var a = start("a")) {
            awaitPassing("a");
            consul.suspend();
            assertThat(a.port()).isPositive();
        }
        consul.resume();
    }

    @Test
    void an_instance_serves_and_stops_while_consul_is_gone() {
        try (var a = start("a")) {
            awaitPassing("a");
            consul.kill();
            assertThat(a.port()).isPositive();
        }
        consul.restart();
        awaitPassing();
    }
}
