package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import dev.stringsvc.gateway.transport.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A data port that speaks TLS.
class TlsTest {
    private static final TestCertificate CERTIFICATE = TestCertificate.of("dns:localhost,ip:127.0.0.1", "EC");
    private static final String GET = head("GET /svc HTTP/1.1", "Host: gw");

    @TempDir
    private Path folder;

    private GatewayFixture gateway(String options, FakeInstance... instances) throws Exception {
        String tls = "tls.certificate=" + CERTIFICATE.certificate(folder.resolve("server.pem")) + " tls.key="
                + CERTIFICATE.key(folder.resolve("server.key"));
        return GatewayFixture.with((tls + " " + options).strip(), instances);
    }

    private static Socket connect(GatewayFixture gateway) throws Exception {
        Socket socket = CERTIFICATE
                .context()
                .getSocketFactory()
                .createSocket(
                        InetAddress.getLoopbackAddress(), gateway.gateway().port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void client_and_gateway_agree_on_the_protocol(HttpClient.Version version) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = gateway("", instance);
                var http = HttpClient.newBuilder()
                        .sslContext(CERTIFICATE.context())
                        .version(version)
                        .build()) {
            var uri = URI.create("https://localhost:" + gateway.gateway().port() + "/svc");
            for (int i = 0; i < 2; i++) {
                var answer = http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
                assertThat(answer.version()).isEqualTo(version);
                assertThat(answer.body()).isEqualTo("ok");
            }
            assertThat(instance.requests())
                    .allSatisfy(request ->
                            assertThat(request.header("X-Forwarded-Proto")).isEqualTo("https"));
        }
    }

    @Test
    void websocket_goes_through_tls() throws Exception {
        var listener = new WebSocketListener();
        try (var gateway = gateway("", WebSocketWire.echo());
                var http = HttpClient.newBuilder()
                        .sslContext(CERTIFICATE.context())
                        .build()) {
            WebSocket socket = http.newWebSocketBuilder()
                    .buildAsync(
                            URI.create("wss://localhost:" + gateway.gateway().port() + "/svc"), listener)
                    .join();
            socket.sendText("x".repeat(100_000), true).join();
            assertThat(listener.next()).hasSize("text ".length() + 100_000);
            socket.sendClose(1000, "").join();
            assertThat(listener.next()).isEqualTo("close 1000");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void client_that_goes_away_takes_its_request_along(boolean withoutGoodbye) throws Exception {
        var taken = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            wire.read();
            taken.countDown();
            wire.awaitEnd();
        });
        try (var gateway = gateway("", instance)) {
            try (Socket client = connect(gateway)) {
                client.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
                assertThat(taken.await(8, TimeUnit.SECONDS)).isTrue();
                if (withoutGoodbye) {
                    client.setSoLinger(true, 0);
                }
            }
            assertThat(gateway.logLine()).contains(" status=499 ");
            gateway.awaitNoConnections();
        }
    }

    @Test
    void request_that_comes_while_another_waits_is_whole() throws Exception {
        var answers = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            for (HttpMessage request; (request = wire.read()) != null; ) {
                answers.await();
                wire.send(FakeInstance.OK);
            }
        });
        try (var gateway = gateway("", instance);
                Socket client = connect(gateway)) {
            client.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
            client.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
            assertThat(answers.await(300, TimeUnit.MILLISECONDS)).isFalse();
            answers.countDown();
            for (int i = 0; i < 2; i++) {
                HttpMessage answer = HttpMessage.readAnswer(client.getInputStream(), false);
                assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            }
        }
    }

    @Test
    void head_that_comes_byte_by_byte_is_ended_without_clear_text() throws Exception {
        try (var gateway = gateway("timeouts.head=500ms", FakeInstance.healthy());
                Socket client = connect(gateway)) {
            client.getOutputStream().write("GET /svc HT".getBytes(StandardCharsets.US_ASCII));
            assertThatThrownBy(() -> {
                        if (client.getInputStream().read() < 0) {
                            throw new IOException("ended");
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageNotContaining("Unsupported or unrecognized");
        }
    }

    @Test
    void client_that_speaks_clear_text_is_let_go_of() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = gateway("", instance);
                RawClient client = gateway.client()) {
            client.send(GET);
            assertThat(new String(client.in().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .doesNotContain("200");
            assertThat(instance.connections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void keys_of_every_kind_are_read(String algorithm) throws Exception {
        var certificate = TestCertificate.of("dns:localhost", algorithm);
        Path pem = certificate.certificate(folder.resolve("a.pem"));
        Path key = certificate.key(folder.resolve("a.key"));
        var config = GatewayFixture.config("tls.certificate=" + pem + " tls.key=" + key, 0, 0)
                .load()
                .config();
        assertThat(config.tls().context()).isPresent();
    }

    @Test
    void what_is_wrong_with_a_file_is_said_with_its_name() throws Exception {
        Path pem = CERTIFICATE.certificate(folder.resolve("server.pem"));
        Path key = CERTIFICATE.key(folder.resolve("server.key"));
        Path other = TestCertificate.of("dns:localhost", "EC").key(folder.resolve("other.key"));
        Path junk = Files.writeString(
                folder.resolve("junk.pem"), "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----");
        assertThatThrownBy(() ->
                        GatewayFixture.config("tls.certificate=" + pem, 0, 0).load())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("tls.key: expected");
        assertIsNamed(
                "tls.certificate=" + folder.resolve("none.pem") + " tls.key=" + key, "tls.certificate", "none.pem");
        assertIsNamed("tls.certificate=" + key + " tls.key=" + key, "tls.certificate", "server.key");
        assertIsNamed("tls.certificate=" + pem + " tls.key=" + pem, "tls.key", "server.pem");
        assertIsNamed("tls.certificate=" + pem + " tls.key=" + junk, "tls.key", "junk.pem");
        assertIsNamed("tls.certificate=" + pem + " tls.key=" + other, "tls.key", "other.key");
    }

    private static void assertIsNamed(String options, String... words) {
        assertThatThrownBy(() -> GatewayFixture.config(options, 0, 0).load())
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(words);
    }
}
