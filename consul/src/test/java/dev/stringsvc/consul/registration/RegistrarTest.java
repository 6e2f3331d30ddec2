package dev.stringsvc.consul.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.program.Environment;
import dev.stringsvc.program.HostPort;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RegistrarTest {
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final RecordedLog log = new RecordedLog();
    private final Pace pace = Pace.standard(new FixedRandom(0.5));
    private Instance.Source self = () -> at("10.0.0.7");
    private FakeConsul consul;
    private LocalAgent agent;
    private Registrar registrar;

    @BeforeEach
    void start() throws Exception {
        consul = new FakeConsul();
        agent = new LocalAgent(ConsulSettings.of(
                new Environment(Map.of("CONSUL_HTTP_ADDR", consul.address(), "CONSUL_HTTP_TOKEN", "secret")),
                Optional.empty()));
        registrar = new Registrar(agent, () -> self.current(), pace);
    }

    @AfterEach
    void stop() {
        agent.close();
        consul.close();
        log.close();
    }

    private static Instance at(String host) {
        return at(host, false);
    }

    private static Instance at(String host, boolean atNode) {
        return at(host, atNode, HealthCheck.Protocol.HTTP);
    }

    private static Instance at(String host, boolean atNode, HealthCheck.Protocol protocol) {
        return new Instance(
                "stringsvc-a-8000",
                "stringsvc",
                new HostPort(host, 8000),
                atNode,
                List.of("blue"),
                Map.of("version", "1.2.3"),
                new HealthCheck(protocol, Duration.ofSeconds(1), Duration.ofMinutes(1)));
    }

    private JsonNode registered() {
        return Objects.requireNonNull(consul.services().get("stringsvc-a-8000"));
    }

    @Test
    void registers_at_once_with_address_tags_and_check() {
        assertThat(registrar.round()).isEqualTo(LOOK);
        JsonNode service = registered();
        assertThat(service.get("Name").textValue()).isEqualTo("stringsvc");
        assertThat(service.get("Address").textValue()).isEqualTo("10.0.0.7");
        assertThat(service.get("Port").intValue()).isEqualTo(8000);
        assertThat(service.get("Tags")).hasToString("[\"blue\"]");
        assertThat(service.get("Meta")).hasToString("{\"version\":\"1.2.3\"}");
        JsonNode check = service.get("Check");
        assertThat(check.get("HTTP").textValue()).isEqualTo("http://10.0.0.7:8000/health");
        assertThat(check.get("Interval").textValue()).isEqualTo("1000ms");
        assertThat(check.get("Timeout").textValue()).isEqualTo("2000ms");
        assertThat(check.get("Status").textValue()).isEqualTo("passing");
        assertThat(check.get("DeregisterCriticalServiceAfter").textValue()).isEqualTo("60000ms");
        assertThat(consul.tokens()).containsOnly("secret");
    }

    @Test
    void a_grpc_service_is_asked_for_its_health_by_grpc() {
        self = () -> at("fd00::7", false, HealthCheck.Protocol.GRPC);
        registrar.round();
        JsonNode check = registered().get("Check");
        assertThat(check.get("GRPC").textValue()).isEqualTo("[fd00::7]:8000");
        assertThat(check.path("HTTP").isTextual()).isFalse();
        assertThat(check.get("Timeout").textValue()).isEqualTo("2000ms");
    }

    @Test
    void the_health_url_of_an_ipv6_address_has_brackets() {
        assertThat(at("fd00::7").healthTarget()).isEqualTo("http://[fd00::7]:8000/health");
    }

    @Test
    void an_instance_at_its_node_has_a_check_and_no_address() {
        self = () -> at("127.0.0.1", true);
        registrar.round();
        registrar.round();
        assertThat(consul.requests()).containsExactly("PUT register", "GET stringsvc-a-8000");
        assertThat(registered().get("Address").textValue()).isEmpty();
        assertThat(registered().get("Port").intValue()).isEqualTo(8000);
        assertThat(registered().get("Check").get("HTTP").textValue()).isEqualTo("http://127.0.0.1:8000/health");
        assertThat(log.messages())
                .singleElement()
                .asString()
                .contains("stringsvc-a-8000 at the address of Consul's node, port 8000");
    }

    @Test
    void registers_again_once_its_address_is_configured() {
        self = () -> at("127.0.0.1", true);
        registrar.round();
        self = () -> at("127.0.0.1");
        registrar.round();
        assertThat(registered().get("Address").textValue()).isEqualTo("127.0.0.1");
    }

    @Test
    void only_checks_while_it_is_registered() {
        for (int i = 0; i < 4; i++) {
            assertThat(registrar.round()).isEqualTo(LOOK);
        }
        assertThat(consul.requests()).containsOnlyOnce("PUT register").hasSize(4);
    }

    @Test
    void registers_again_once_consul_forgot_it() {
        registrar.round();
        consul.services().clear();
        registrar.round();
        assertThat(consul.services()).containsKey("stringsvc-a-8000");
        assertThat(log.messages()).hasSize(2).last().asString().contains("registered again");
    }

    @Test
    void registers_again_once_its_address_changed() {
        registrar.round();
        self = () -> at("10.0.0.8");
        registrar.round();
        assertThat(registered().get("Address").textValue()).isEqualTo("10.0.0.8");
    }

    @Test
    void backs_off_while_consul_fails_and_logs_changes_only() {
        consul.failWith(500);
        assertThat(registrar.round()).isEqualTo(Duration.ofNanos(187_500_000));
        assertThat(registrar.round()).isEqualTo(Duration.ofMillis(375));
        assertThat(registrar.round()).isEqualTo(Duration.ofMillis(750));
        consul.failWith(0);
        assertThat(registrar.round()).isEqualTo(LOOK);
        registrar.round();
        consul.failWith(500);
        assertThat(registrar.round()).isEqualTo(Duration.ofNanos(187_500_000));
        consul.failWith(0);
        registrar.round();
        assertThat(log.messages())
                .satisfiesExactly(
                        first -> assertThat(first).contains("answered 500"),
                        second -> assertThat(second).startsWith("registered in Consul as stringsvc-a-8000"),
                        third -> assertThat(third).contains("answered 500"),
                        fourth -> assertThat(fourth).contains("answers again"));
    }

    @Test
    void a_refusal_mentions_the_token_and_never_shows_it() {
        consul.failWith(403);
        registrar.round();
        assertThat(log.messages())
                .singleElement()
                .asString()
                .contains("403", "token", "CONSUL_HTTP_TOKEN")
                .doesNotContain("secret");
    }

    @Test
    void retries_if_consul_is_down_or_a_name_does_not_resolve_yet() {
        self = () -> {
            throw new UnknownHostException("the host name 'consul' does not resolve");
        };
        registrar.round();
        assertThat(log.messages()).singleElement().asString().contains("'consul' does not resolve");
        self = () -> at("10.0.0.7");
        consul.close();
        registrar.round();
        assertThat(log.messages()).hasSize(2).last().asString().contains("cannot be reached");
    }

    @Test
    void deregisters_when_it_is_closed_and_stays_away() {
        var running = Registrar.start(agent, () -> self.current(), pace);
        await().until(() -> consul.services().containsKey("stringsvc-a-8000"));
        running.close();
        assertThat(consul.services()).isEmpty();
        assertThat(consul.requests()).last().isEqualTo("PUT deregister/stringsvc-a-8000");
    }

    @Test
    void stops_when_consul_refuses_to_deregister() {
        var running = Registrar.start(agent, () -> self.current(), pace);
        await().until(() -> consul.services().containsKey("stringsvc-a-8000"));
        consul.failWith(500);
        running.close();
        assertThat(log.messages()).last().asString().contains("could not deregister");
    }
}
