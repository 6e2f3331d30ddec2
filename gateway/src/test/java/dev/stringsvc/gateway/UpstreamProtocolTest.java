package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import dev.stringsvc.gateway.transport.TestCertificate;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTP/2 and TLS towards instances. The instance in these tests is another gateway.
class UpstreamProtocolTest {
    private static final TestCertificate LOCALHOST = TestCertificate.of("dns:localhost", "EC");

    @TempDir
    private Path folder;

    /// A gateway whose only instance is another gateway.
    private static GatewayFixture before(GatewayFixture inner, String options) throws Exception {
        return GatewayFixture.with(
                "service.instances=127.0.0.1:" + inner.gateway().port() + " " + options);
    }

    private GatewayFixture secure(FakeInstance instance) throws Exception {
        return GatewayFixture.with(
                "tls.certificate=" + LOCALHOST.certificate(folder.resolve("server.pem")) + " tls.key="
                        + LOCALHOST.key(folder.resolve("server.key")),
                instance);
    }

    private String secured(String protocol, String serverName) {
        return "service.protocol=" + protocol + " service.server-name=" + serverName + " service.ca="
                + folder.resolve("server.pem");
    }

    @Test
    void h2_is_agreed_on_over_tls() throws Exception {
        String body = "x".repeat(100_000);
        var instance = FakeInstance.replying(
                request -> head("HTTP/1.1 200 OK", "Content-Length: " + request.body().length) + request.text());
        try (var inner = secure(instance);
                var gateway = before(inner, secured("h2", "localhost"))) {
            HttpMessage answer = gateway.post("/svc", body);
            assertThat(answer.text()).isEqualTo(body);
            assertThat(answer.headers("Via")).containsExactly("1.1 gateway", "2.0 gateway");
            assertThat(instance.request().header("X-Forwarded-Host")).startsWith("localhost:");
        }
    }

    @Test
    void h2_reaches_nobody_who_does_not_agree_on_it() throws Exception {
        LOCALHOST.certificate(folder.resolve("server.pem"));
        try (var server = LOCALHOST
                        .context()
                        .getServerSocketFactory()
                        .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
                var gateway = GatewayFixture.with("service.instances=127.0.0.1:" + server.getLocalPort()
                        + " route.attempts=1 " + secured("h2", "localhost"))) {
            Thread.startVirtualThread(() -> {
                try (var socket = server.accept()) {
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                    // its certificate was enough
                }
            });
            assertThat(gateway.post("/svc", "x").text()).contains("not reached");
            assertThat(gateway.upstreams().findValue("lastFailure").asText()).contains("does not negotiate h2");
        }
    }

    @Test
    void h2_reaches_nobody_whose_certificate_names_another() throws Exception {
        try (var inner = secure(FakeInstance.healthy());
                var gateway = before(inner, secured("h2", "example.com"))) {
            HttpMessage answer = gateway.post("/svc", "x");
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.text()).contains("not reached");
            assertThat(gateway.upstreams().findValue("lastFailure").asText()).contains("not reached: ", "example.com");
        }
    }

    @Test
    void h2c_is_spoken_without_asking() throws Exception {
        var instance = FakeInstance.of(FakeInstance.Wire::read);
        try (var gateway = GatewayFixture.with("service.protocol=h2c route.attempts=1", instance)) {
            assertThat(gateway.get("/svc").status()).isEqualTo(502);
            assertThat(instance.requests().getFirst().startLine()).isEqualTo("PRI * HTTP/2.0");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10_000, 3_000_000})
    void bodies_pass_both_ways_over_h2c(int size) throws Exception {
        String body = "x".repeat(size);
        var instance = FakeInstance.replying(request ->
                head("HTTP/1.1 201 Ok", "X-A: 1", "Content-Length: " + request.body().length) + request.text());
        try (var inner = GatewayFixture.over(instance);
                var gateway = before(inner, "service.protocol=h2c")) {
            HttpMessage answer = gateway.post("/svc/a?b=c", body);
            assertThat(answer.status()).isEqualTo(201);
            assertThat(answer.header("X-A")).isEqualTo("1");
            assertThat(answer.headers("Via")).containsExactly("1.1 gateway", "2.0 gateway");
            assertThat(answer.text()).isEqualTo(body);
            assertThat(instance.request().startLine()).isEqualTo("POST /svc/a?b=c HTTP/1.1");
        }
    }

    @Test
    void trailers_of_a_short_answer_pass_over_h2c() throws Exception {
        var instance = FakeInstance.answering(head("HTTP/1.1 200 OK", "Trailer: X-Sum", "Transfer-Encoding: chunked")
                + "2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n");
        try (var inner = GatewayFixture.over(instance);
                var gateway = before(inner, "service.protocol=h2c");
                RawClient client = gateway.client()) {
            client.send(head("GET /svc HTTP/1.1", "Host: gw", "TE: trailers", "Connection: TE"));
            assertThat(client.readHead().header("Transfer-Encoding")).isEqualTo("chunked");
            client.readPast("ok");
            client.readPast("0\r\nx-sum: 7\r\n\r\n");
        }
    }

    @Test
    void one_request_that_is_given_up_leaves_the_others_on_its_connection_alone() throws Exception {
        var asked = new Semaphore(0);
        var answer = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            HttpMessage request = Objects.requireNonNull(wire.read());
            asked.release();
            if (request.startLine().contains("/svc/stay")) {
                answer.await();
                wire.send(FakeInstance.OK);
            }
            wire.awaitEnd();
        });
        try (var inner = GatewayFixture.over(instance);
                var gateway = before(inner, "service.protocol=h2c");
                RawClient stays = gateway.client()) {
            stays.send(head("GET /svc/stay HTTP/1.1", "Host: gw"));
            try (RawClient goes = gateway.client()) {
                goes.send(head("GET /svc/go HTTP/1.1", "Host: gw"));
                assertThat(asked.tryAcquire(2, 8, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(inner.logLine()).contains(" path=/svc/go ", " status=499 ");
            answer.countDown();
            assertThat(stays.read().text()).isEqualTo("ok");
        }
    }

    @Test
    void answer_that_breaks_off_over_h2c_is_cut() throws Exception {
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(head("HTTP/1.1 200 OK", "Content-Length: 1000000"));
            wire.send(new byte[500_000]);
        });
        try (var inner = GatewayFixture.over(instance);
                var gateway = before(inner, "service.protocol=h2c")) {
            assertThatThrownBy(() -> gateway.get("/svc")).isInstanceOf(EOFException.class);
            assertThat(gateway.logLine()).contains(" err=");
        }
    }

    @Test
    void instance_that_stops_says_so_and_is_not_reached_any_more() throws Exception {
        try (var inner = GatewayFixture.over(FakeInstance.healthy());
                var gateway = before(inner, "service.protocol=h2c")) {
            assertThat(gateway.post("/svc", "x").status()).isEqualTo(200);
            inner.awaitIdle();
            inner.closeGateway();
            HttpMessage answer = gateway.post("/svc", "x");
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.text()).contains("\"not reached\"").doesNotContain("connection broke");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2c", "https", "h2"})
    void websocket_passes(String protocol) throws Exception {
        var listener = new WebSocketListener();
        try (var inner = protocol.equals("h2c")
                        ? GatewayFixture.over(WebSocketWire.echo())
                        : secure(WebSocketWire.echo());
                var gateway = before(
                        inner, protocol.equals("h2c") ? "service.protocol=h2c" : secured(protocol, "localhost"))) {
            var socket = gateway.http()
                    .newWebSocketBuilder()
                    .buildAsync(URI.create("ws://127.0.0.1:" + gateway.gateway().port() + "/svc"), listener)
                    .join();
            socket.sendText("hello", true).join();
            assertThat(listener.next()).isEqualTo("text hello");
            socket.sendClose(1000, "").join();
            assertThat(listener.next()).isEqualTo("close 1000");
        }
    }

    @Test
    void connection_with_tls_is_kept_and_used_again() throws Exception {
        var instance = FakeInstance.healthy();
        try (var inner = secure(instance);
                var gateway = before(
                        inner,
                        "service.protocol=https service.server-name=localhost service.ca="
                                + folder.resolve("server.pem"))) {
            for (int i = 0; i < 3; i++) {
                assertThat(gateway.post("/svc", "x".repeat(i)).text()).isEqualTo("ok");
            }
            assertThat(instance.requests())
                    .hasSize(3)
                    .allSatisfy(request ->
                            assertThat(request.header("X-Forwarded-Host")).startsWith("localhost:"));
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 127.0.0.1", "true, example.com", "false, localhost"})
    void instance_whose_certificate_is_not_right_is_not_reached_and_why_is_said(boolean believed, String name)
            throws Exception {
        try (var inner = secure(FakeInstance.healthy());
                var gateway = before(
                        inner,
                        "service.protocol=https service.server-name=" + name
                                + (believed ? " service.ca=" + folder.resolve("server.pem") : ""))) {
            HttpMessage answer = gateway.post("/svc", "x");
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.text()).contains("not reached");
            assertThat(gateway.upstreams().findValue("lastFailure").asText())
                    .contains("not reached: ", believed ? name + " found" : "PKIX path building failed");
        }
    }

    @Test
    void what_cannot_be_is_said() {
        assertThatThrownBy(
                        () -> GatewayFixture.config("service.protocol=h3", 0, 0).load())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("services.svc.protocol");
        assertThatThrownBy(() -> GatewayFixture.config("service.protocol=https service.ca=none.pem", 0, 0)
                        .load())
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("services.svc.ca", "none.pem");
        assertThatThrownBy(() ->
                        GatewayFixture.config("service.server-name=x", 0, 0).load())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("services.svc.server-name: expected");
    }
}
