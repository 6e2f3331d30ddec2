package dev.stringsvc.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConsulAgentTest {
    private final ConsulAgent consul = ConsulAgent.start();

    @AfterEach
    void stop() {
        consul.close();
    }

    @Test
    void an_instance_without_a_check_is_passing_until_it_is_deregistered() {
        consul.register("a", "web", "127.0.0.1", 8001, "v1", "zone=\"x\"");
        consul.register("b", "web", "127.0.0.1", 8002);

        assertThat(consul.passing("web")).containsExactlyInAnyOrder("a", "b");
        assertThat(consul.get("/v1/agent/service/a"))
                .contains("8001", "\"v1\"", "zone=\\\"x\\\"")
                .doesNotContain("8002");

        consul.deregister("a");
        assertThat(consul.passing("web")).containsExactly("b");
    }

    @Test
    void a_check_decides_whether_an_instance_is_passing() {
        consul.register("a", "web", "127.0.0.1", 8001, Health.CRITICAL);
        assertThat(consul.passing("web")).isEmpty();

        consul.setHealth("a", Health.PASSING);
        assertThat(consul.passing("web")).containsExactly("a");

        consul.setHealth("a", Health.WARNING);
        assertThat(consul.passing("web")).isEmpty();
    }

    @Test
    void comes_back_empty_on_the_same_address_after_a_restart() {
        consul.register("a", "web", "127.0.0.1", 8001);
        long pid = consul.pid();
        String address = consul.address();

        consul.restart();

        assertThat(consul.passing("web")).isEmpty();
        assertThat(consul.address()).isEqualTo(address);
        assertThat(consul.pid()).isNotEqualTo(pid);
        assertThat(ProcessHandle.of(pid)).isEmpty();
    }

    @Test
    void refuses_connections_once_killed() {
        consul.kill();
        assertThatThrownBy(() -> consul.passing("web")).isInstanceOf(UncheckedIOException.class);

        consul.restart();
        assertThat(consul.passing("web")).isEmpty();
    }

    @Test
    void accepts_connections_but_does_not_answer_while_suspended() throws IOException {
        consul.suspend();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), consul.port())) {
            socket.setSoTimeout(300);
            socket.getOutputStream().write("GET /v1/status/leader HTTP/1.0\r\n\r\n".getBytes(UTF_8));
            assertThatThrownBy(() -> socket.getInputStream().read()).hasMessageContaining("timed out");

            consul.resume();
            socket.setSoTimeout(10_000);
            assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                    .startsWith("HTTP/1.0 200");
        }
    }

    @Test
    void takes_more_configuration() {
        try (var other = ConsulAgent.start("node_name = \"elsewhere\"")) {
            assertThat(other.get("/v1/agent/self")).contains("elsewhere");
            assertThat(other.address()).isNotEqualTo(consul.address());
        }
    }

    @Test
    void shows_what_consul_printed_when_it_cannot_start() {
        assertThatThrownBy(() -> ConsulAgent.start("no_such_key = true")).hasMessageContaining("no_such_key");
    }

    @Test
    void leaves_no_process_behind_when_closed_even_while_suspended() {
        consul.suspend();
        consul.close();
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> ProcessHandle.of(consul.pid()).isEmpty());
    }
}
