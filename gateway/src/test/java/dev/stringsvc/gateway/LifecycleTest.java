package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import dev.stringsvc.program.LogWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LifecycleTest {
    private static final Duration GENEROUS = Duration.ofSeconds(8);

    @Test
    void drained_gateway_is_not_ready_and_serves_while_asking_clients_to_go_elsewhere() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy());
                RawClient client = gateway.client()) {
            HttpMessage before =
                    client.send(head("GET /svc HTTP/1.1", "Host: gw")).read();
            assertThat(before.header("Connection")).isNull();
            gateway.gateway().drain();
            assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(503);
            assertThat(gateway.admin("/healthz").statusCode()).isEqualTo(200);
            HttpMessage answer =
                    client.send(head("GET /svc HTTP/1.1", "Host: gw")).read();
            assertThat(answer.text()).isEqualTo("ok");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.ended()).isTrue();
            assertThat(gateway.get("/svc").status()).isEqualTo(200);
            assertThat(gateway.get("/other").header("Connection")).isEqualTo("close");
        }
    }

    @Test
    void closing_waits_for_what_is_in_flight_and_then_refuses() throws Exception {
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
            client.send(head("GET /svc HTTP/1.1", "Host: gw"));
            asked.await();
            Thread closing = Thread.ofVirtual().start(gateway::closeGateway);
            awaitRefused(gateway.gateway().port());
            assertThat(closing.isAlive()).isTrue();
            // Longer than the second after which Jetty ends idle connections of a server that is stopping.
            assertThat(new CountDownLatch(1).await(1_500, java.util.concurrent.TimeUnit.MILLISECONDS))
                    .isFalse();
            answer.countDown();
            assertThat(client.read().text()).isEqualTo("ok");
            assertThat(closing.join(GENEROUS)).isTrue();
            awaitRefused(gateway.gateway().adminPort());
        }
    }

    @Test
    void closing_cuts_what_does_not_finish_in_time_and_still_lets_go_of_everything() throws Exception {
        var asked = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            wire.read();
            asked.countDown();
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.with(
                        "route.deadline=4s route.attempt-timeout=4s shutdown.drain=300ms", instance);
                RawClient client = gateway.client()) {
            client.send(head("GET /svc HTTP/1.1", "Host: gw"));
            asked.await();
            gateway.closeGateway();
            assertThat(client.ended()).isTrue();
            awaitRefused(gateway.gateway().port());
            awaitRefused(gateway.gateway().adminPort());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "shutdown.drain=2s, 2",
        "shutdown.drain=, 65",
        "shutdown.drain= route.deadline=20s, 25",
        "shutdown.drain= route.deadline=20s also=/also, 35"
    })
    void requests_may_finish_for_the_longest_deadline_and_5_s_unless_told_otherwise(String options, long seconds)
            throws Exception {
        try (var gateway = GatewayFixture.with(options, FakeInstance.healthy())) {
            assertThat(gateway.gateway().timeToDrain()).isEqualTo(Duration.ofSeconds(seconds));
        }
    }

    @Test
    void closing_twice_is_closing_once() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy())) {
            gateway.get("/svc");
            gateway.awaitIdle();
            gateway.closeGateway();
            gateway.closeGateway();
            awaitRefused(gateway.gateway().port());
        }
    }

    private static void awaitRefused(int port) {
        await().pollDelay(Duration.ZERO).atMost(GENEROUS).until(() -> {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return !socket.isConnected();
            } catch (IOException e) {
                return true;
            }
        });
    }

    @Test
    void taken_port_leaves_nothing_running() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var consul = FakeInstance.of(FakeInstance.Wire::awaitEnd);
                var log = LogWriter.to(OutputStream.nullOutputStream(), 65_536)) {
            int adminPort = FakeInstance.refusing().port(); // a port that the kernel chose, and that is free again
            var config = GatewayFixture.config("consul.address=" + consul.address(), taken.getLocalPort(), adminPort);
            long before = watchdogs();
            assertThatThrownBy(() -> Gateway.start(config, log)).isInstanceOf(UncheckedIOException.class);
            awaitRefused(adminPort);
            await().atMost(GENEROUS).until(() -> consul.openConnections() == 0);
            await().atMost(GENEROUS).until(() -> watchdogs() <= before);
        }
    }

    @Test
    void taken_admin_port_leaves_nothing_running() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var log = LogWriter.to(OutputStream.nullOutputStream(), 65_536)) {
            var config = GatewayFixture.config("", 0, taken.getLocalPort(), FakeInstance.refusing());
            long before = watchdogs();
            assertThatThrownBy(() -> Gateway.start(config, log)).isInstanceOf(UncheckedIOException.class);
            await().atMost(GENEROUS).until(() -> watchdogs() <= before);
        }
    }

    private static long watchdogs() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("watchdog"))
                .count();
    }
}
