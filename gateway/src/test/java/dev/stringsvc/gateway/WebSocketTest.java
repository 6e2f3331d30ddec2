package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.gateway.WebSocketWire.Frame;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// WebSockets through the gateway, with the JDK's client and with hand-written frames.
class WebSocketTest {
    private static final String HANDSHAKE = head(
            "GET /svc/chat?x=1 HTTP/1.1",
            "Host: gw",
            "Connection: keep-alive, Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    /// A masked text frame, `hi`.
    private static final byte[] HI = {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, 'h', 'i'};

    private static final byte[] HI_BACK = {(byte) 0x81, 2, 'h', 'i'};
    private static final byte[] GOODBYE = {(byte) 0x88, 2, 0x03, (byte) 0xe9};

    private static WebSocket.Builder builder(GatewayFixture gateway) {
        return gateway.http().newWebSocketBuilder().connectTimeout(Duration.ofSeconds(20));
    }

    private static WebSocket open(GatewayFixture gateway, WebSocketListener listener) {
        return builder(gateway).buildAsync(uri(gateway), listener).join();
    }

    private static URI uri(GatewayFixture gateway) {
        return URI.create("ws://127.0.0.1:" + gateway.gateway().port() + "/svc/chat");
    }

    /// A hand-written handshake that the instance accepts.
    private static RawClient upgraded(GatewayFixture gateway) throws IOException {
        RawClient client = gateway.client();
        assertThat(client.send(HANDSHAKE).read().status()).isEqualTo(101);
        return client;
    }

    @Test
    void messages_and_pings_pass_both_ways_and_the_close_code_comes_back() throws Exception {
        var listener = new WebSocketListener();
        try (var gateway = GatewayFixture.over(WebSocketWire.echo())) {
            WebSocket socket = open(gateway, listener);
            socket.sendText("grüße", true).join();
            assertThat(listener.next()).isEqualTo("text grüße");
            socket.sendText("in ", false).join();
            socket.sendPing(ByteBuffer.wrap("between".getBytes(StandardCharsets.UTF_8)))
                    .join();
            socket.sendText("parts", true).join();
            assertThat(listener.next()).isEqualTo("pong between");
            assertThat(listener.next()).isEqualTo("text in parts");
            socket.sendBinary(ByteBuffer.allocate(1 << 20), true).join();
            assertThat(listener.next()).isEqualTo("binary 1048576");
            assertThat(gateway.upstreams().findValue("inFlight").asInt()).isEqualTo(1);
            socket.sendClose(4001, "enough").join();
            assertThat(listener.next()).isEqualTo("close 4001 enough");
            assertThat(gateway.logLine())
                    .contains(" status=101 ", " bytes=10", " attempts=1 ", "path=/svc/chat")
                    .doesNotContain(" err=");
        }
    }

    @Test
    void handshake_passes_as_it_is_both_ways() throws Exception {
        var instance = FakeInstance.of(wire -> WebSocketWire.accept(
                        wire, "Sec-WebSocket-Protocol: v2", "Sec-WebSocket-Extensions: permessage-deflate", "X-A: b")
                .read());
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            HttpMessage answer = client.send(HANDSHAKE).read();
            assertThat(answer.startLine()).startsWith("HTTP/1.1 101 ");
            assertThat(answer.header("Upgrade")).isEqualTo("websocket");
            assertThat(answer.header("Connection")).isEqualTo("Upgrade");
            assertThat(answer.header("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(answer.header("Sec-WebSocket-Protocol")).isEqualTo("v2");
            assertThat(answer.header("Sec-WebSocket-Extensions")).isEqualTo("permessage-deflate");
            assertThat(answer.header("X-A")).isEqualTo("b");
            HttpMessage request = instance.request();
            assertThat(request.startLine()).isEqualTo("GET /svc/chat?x=1 HTTP/1.1");
            assertThat(request.header("Connection")).isEqualTo("Upgrade");
            assertThat(request.header("Upgrade")).isEqualTo("websocket");
            assertThat(request.header("Sec-WebSocket-Version")).isEqualTo("13");
        }
    }

    @Test
    void what_comes_together_with_the_handshake_is_not_lost() throws Exception {
        var instance = FakeInstance.of(wire -> {
            WebSocketWire socket = WebSocketWire.accept(wire);
            Frame frame = Objects.requireNonNull(socket.read());
            socket.send(frame.opcode(), frame.payload());
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            client.send(HANDSHAKE + new String(HI, StandardCharsets.ISO_8859_1));
            assertThat(client.read().status()).isEqualTo(101);
            assertThat(client.in().readNBytes(4)).isEqualTo(HI_BACK);
        }
    }

    @Test
    void instance_may_ping_and_close() throws Exception {
        var pong = new LinkedBlockingQueue<Frame>();
        var instance = FakeInstance.of(wire -> {
            WebSocketWire socket = WebSocketWire.accept(wire);
            socket.send(WebSocketWire.PING, new byte[] {7});
            pong.add(socket.read());
            socket.close(4002);
            pong.add(socket.read());
        });
        var listener = new WebSocketListener();
        try (var gateway = GatewayFixture.over(instance)) {
            open(gateway, listener);
            assertThat(listener.next()).isEqualTo("ping");
            Frame answer = pong.poll(8, TimeUnit.SECONDS);
            assertThat(answer.opcode()).isEqualTo(WebSocketWire.PONG);
            assertThat(answer.payload()).containsExactly(7);
            assertThat(answer.masked()).isTrue();
            assertThat(listener.next()).isEqualTo("close 4002");
            assertThat(pong.poll(8, TimeUnit.SECONDS).closeCode()).isEqualTo(4002);
        }
    }

    @Test
    void refusal_is_an_answer_like_any_other() throws Exception {
        var instance = FakeInstance.answering("HTTP/1.1 403 No\r\nContent-Length: 5\r\nX-Why: a\r\n\r\nnever");
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            assertThatThrownBy(() -> open(gateway, new WebSocketListener()))
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            WebSocketHandshakeException.class,
                            e -> assertThat(e.getResponse().statusCode()).isEqualTo(403));
            for (int i = 0; i < 2; i++) {
                HttpMessage answer = client.send(HANDSHAKE).read();
                assertThat(answer.status()).isEqualTo(403);
                assertThat(answer.text()).isEqualTo("never");
                assertThat(answer.header("X-Why")).isEqualTo("a");
            }
        }
    }

    @Test
    void instance_that_cannot_be_reached_is_passed_over() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.refusing(), WebSocketWire.echo())) {
            for (int i = 0; i < 2; i++) {
                try (RawClient client = upgraded(gateway)) {
                    assertThat(client.send(HI).in().readNBytes(4)).isEqualTo(HI_BACK);
                }
            }
            assertThat(gateway.logLines(2)).anySatisfy(line -> assertThat(line).contains(" attempts=2 "));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2c", "TLS/1.0", "websocket2", "websocket, foo"})
    void no_other_switch_of_protocols_is_heard(String protocol) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            HttpMessage answer = gateway.exchange(
                    head("GET /svc HTTP/1.1", "Host: gw", "Connection: Upgrade", "Upgrade: " + protocol));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Upgrade")).isNull();
            assertThat(instance.request().header("Upgrade")).isNull();
            assertThat(instance.request().header("Connection")).isNotEqualTo("Upgrade");
        }
    }

    @Test
    void switch_that_nobody_asked_for_is_502() throws Exception {
        var instance = FakeInstance.answering(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        try (var gateway = GatewayFixture.over(instance)) {
            assertThat(gateway.post("/svc", "x").status()).isEqualTo(502);
        }
    }

    @Test
    void timeouts_of_requests_do_not_end_a_quiet_or_slow_websocket() throws Exception {
        String options = "timeouts.client=200ms timeouts.head=200ms timeouts.idle=200ms route.deadline=5s"
                + " route.attempt-timeout=5s limits.client-rate=1MiB limits.client-grace=200ms";
        try (var gateway = GatewayFixture.with(options, WebSocketWire.echo());
                RawClient client = upgraded(gateway)) {
            assertThat(new CountDownLatch(1).await(600, TimeUnit.MILLISECONDS)).isFalse();
            for (byte b : HI) {
                client.send(new byte[] {b});
                assertThat(new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS))
                        .isFalse();
            }
            assertThat(client.in().readNBytes(4)).isEqualTo(HI_BACK);
        }
    }

    @Test
    void silence_that_is_too_long_ends_it() throws Exception {
        try (var gateway = GatewayFixture.with("timeouts.stream=300ms", WebSocketWire.echo());
                RawClient client = upgraded(gateway)) {
            assertThat(client.send(HI).in().readNBytes(4)).isEqualTo(HI_BACK);
            assertThat(client.ended()).isTrue();
            assertThat(gateway.logLine()).contains(" status=101 ", "the WebSocket was idle for too long");
        }
    }

    @Test
    void client_that_goes_away_takes_the_instance_s_connection_along() throws Exception {
        try (var gateway = GatewayFixture.over(WebSocketWire.echo())) {
            upgraded(gateway).close();
            assertThat(gateway.logLine()).contains(" status=101 ");
            gateway.awaitNoConnections();
        }
    }

    @Test
    void instance_that_dies_cuts_the_client() throws Exception {
        var die = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            WebSocketWire.accept(wire);
            die.await();
            wire.reset();
        });
        var listener = new WebSocketListener();
        try (var gateway = GatewayFixture.over(instance)) {
            open(gateway, listener);
            die.countDown();
            assertThat(listener.next()).isIn("error", "close 1006");
            assertThat(gateway.logLine()).contains(" status=101 ", "the instance broke off the WebSocket");
        }
    }

    @Test
    void websocket_takes_no_room_from_requests_and_has_its_own() throws Exception {
        var instance = FakeInstance.of(wire -> {
            for (HttpMessage request; (request = wire.read()) != null; ) {
                wire.send(
                        request.header("Upgrade") == null
                                ? FakeInstance.OK
                                : head(
                                        "HTTP/1.1 101 Switching Protocols",
                                        "Connection: Upgrade",
                                        "Upgrade: websocket"));
            }
        });
        try (var gateway = GatewayFixture.with("limits.in-flight=1 limits.tunnels=1", instance);
                RawClient second = gateway.client()) {
            try (RawClient first = upgraded(gateway)) {
                assertThat(gateway.get("/svc").status()).isEqualTo(200);
                assertThat(second.send(HANDSHAKE).read().status()).isEqualTo(503);
                assertThat(first.in().available()).isZero();
            }
            gateway.awaitIdle();
            assertThat(second.send(HANDSHAKE).read().status()).isEqualTo(101);
        }
    }

    @Test
    void gateway_that_stops_says_1001_to_both_sides_where_a_frame_ends() throws Exception {
        var heard = new LinkedBlockingQueue<Frame>();
        var instance = FakeInstance.of(wire -> {
            WebSocketWire socket = WebSocketWire.accept(wire);
            for (@Nullable Frame frame; (frame = socket.read()) != null; ) {
                heard.add(frame);
                if (frame.opcode() == WebSocketWire.CLOSE) {
                    socket.close(frame.closeCode());
                }
            }
        });
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = upgraded(gateway)) {
            client.send(HI).send(new byte[] {(byte) 0x81, (byte) 0x83, 0, 0, 0, 0, 'a'});
            assertThat(heard.poll(8, TimeUnit.SECONDS).text()).isEqualTo("hi");
            Thread closing = Thread.ofVirtual().start(gateway::closeGateway);
            assertThat(client.in().readNBytes(4)).isEqualTo(GOODBYE);
            client.send("bc").send(HI).send(new byte[] {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 0x03, (byte) 0xe9});
            assertThat(heard.poll(8, TimeUnit.SECONDS).text()).isEqualTo("abc");
            Frame goodbye = heard.poll(8, TimeUnit.SECONDS);
            assertThat(goodbye.opcode()).isEqualTo(WebSocketWire.CLOSE);
            assertThat(goodbye.closeCode()).isEqualTo(1001);
            assertThat(goodbye.masked()).isTrue();
            assertThat(client.ended()).isTrue();
            assertThat(closing.join(Duration.ofSeconds(8))).isTrue();
            assertThat(heard).isEmpty();
            assertThat(gateway.logLine()).contains(" status=101 ").doesNotContain(" err=");
        }
    }

    @Test
    void websocket_that_does_not_end_is_cut_when_the_time_to_drain_is_over() throws Exception {
        var instance = FakeInstance.of(wire -> {
            WebSocketWire.accept(wire);
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.with("shutdown.drain=400ms", instance);
                RawClient client = upgraded(gateway)) {
            gateway.closeGateway();
            assertThat(client.in().readNBytes(4)).isEqualTo(GOODBYE);
            assertThat(client.ended()).isTrue();
        }
    }
}
