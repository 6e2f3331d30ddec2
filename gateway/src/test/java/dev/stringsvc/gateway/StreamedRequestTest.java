package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Routes with `stream-requests`: each piece of a body reaches the instance as soon as the client has
/// sent it.
class StreamedRequestTest {
    private static final String STREAMS = "route.stream-requests=true ";
    private static final String SLOW_IS_REFUSED =
            "limits.client-rate=1MiB limits.client-grace=100ms timeouts.client=200ms";

    /// Puts each piece of five bytes into the queue as it arrives, and answers after this many pieces.
    private static FakeInstance listening(BlockingQueue<String> pieces, int count, boolean chunked) throws IOException {
        return FakeInstance.of(wire -> {
            HttpMessage.readAnswerHead(wire.in());
            for (int i = 0; i < count; i++) {
                byte[] piece =
                        chunked ? HttpMessage.readChunk(wire.in()) : wire.in().readNBytes(5);
                pieces.add(new String(piece, java.nio.charset.StandardCharsets.ISO_8859_1));
            }
            if (chunked) {
                assertThat(HttpMessage.readChunk(wire.in())).isEmpty();
            }
            wire.send(FakeInstance.OK);
            wire.awaitEnd();
        });
    }

    private static void pause() {
        try {
            assertThat(new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS)).isFalse();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void each_piece_reaches_the_instance_however_slowly_they_come(boolean chunked) throws Exception {
        var pieces = new LinkedBlockingQueue<String>();
        var instance = listening(pieces, 4, chunked);
        try (var gateway = GatewayFixture.with(STREAMS + SLOW_IS_REFUSED, instance);
                RawClient client = gateway.client()) {
            client.send(head(
                    "POST /svc HTTP/1.1", "Host: gw", chunked ? "Transfer-Encoding: chunked" : "Content-Length: 20"));
            for (int i = 0; i < 4; i++) {
                pause();
                client.send(chunked ? "5\r\nabcd" + i + "\r\n" : "abcd" + i);
                assertThat(pieces.poll(10, TimeUnit.SECONDS)).isEqualTo("abcd" + i);
            }
            HttpMessage answer = client.send(chunked ? "0\r\n\r\n" : "").read();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Connection")).isNull();
        }
    }

    @Test
    void each_piece_of_a_stream_of_http_2_reaches_the_instance_however_slowly_they_come() throws Exception {
        var pieces = new LinkedBlockingQueue<String>();
        var instance = listening(pieces, 4, true);
        try (var gateway = GatewayFixture.with(STREAMS + SLOW_IS_REFUSED, instance);
                var client = new Http2Wire(gateway.gateway().port())) {
            int stream = client.beginPost("/svc");
            for (int i = 0; i < 4; i++) {
                pause();
                client.data(stream, "abcd" + i, false);
                assertThat(pieces.poll(10, TimeUnit.SECONDS)).isEqualTo("abcd" + i);
            }
            client.data(stream, "", true);
            Http2Wire.Answer answer = client.read(stream);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.error()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void body_that_stops_for_the_stream_s_time_is_408(String protocol) throws Exception {
        var instance = FakeInstance.of(FakeInstance.Wire::awaitEnd);
        try (var gateway = GatewayFixture.with(STREAMS + "timeouts.stream=300ms", instance)) {
            if (protocol.equals("HTTP/2")) {
                try (var client = new Http2Wire(gateway.gateway().port())) {
                    int stream = client.beginPost("/svc");
                    client.data(stream, "hello", false);
                    assertThat(client.read(stream).status()).isEqualTo(408);
                    assertThat(gateway.logLine()).contains(" status=408 ", " attempts=1 ");
                }
            } else {
                try (RawClient client = gateway.client()) {
                    client.send(head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 10") + "hello");
                    assertThat(client.read().status()).isEqualTo(408);
                    assertThat(client.ended()).isTrue();
                }
            }
            assertThat(gateway.logLine()).contains(" attempts=1 ");
            gateway.awaitNoConnections();
        }
    }

    @Test
    void streamed_bodies_do_not_count_among_those_that_are_waited_for() throws Exception {
        var pieces = new LinkedBlockingQueue<String>();
        var instance = listening(pieces, 2, false);
        try (var gateway = GatewayFixture.with(STREAMS + "limits.in-flight=4 service.in-flight=4", instance);
                RawClient one = gateway.client();
                RawClient two = gateway.client();
                RawClient three = gateway.client()) {
            RawClient[] clients = {one, two, three};
            for (RawClient client : clients) {
                client.send(head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 10") + "hello");
            }
            for (RawClient ignored : clients) {
                assertThat(pieces.poll(10, TimeUnit.SECONDS)).isEqualTo("hello");
            }
            for (RawClient client : clients) {
                assertThat(client.send("world").read().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void beginning_is_remembered_for_another_attempt() throws Exception {
        var broken = FakeInstance.of(wire -> wire.in().readNBytes(200));
        var healthy = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with(STREAMS + "route.idempotent=true", broken, healthy)) {
            for (int i = 0; i < 2; i++) {
                try (RawClient client = gateway.client()) {
                    client.send(head("POST /svc HTTP/1.1", "Host: gw", "Transfer-Encoding: chunked"));
                    client.send("5\r\nhello\r\n");
                    pause();
                    assertThat(client.send("5\r\nworld\r\n0\r\n\r\n").read().status())
                            .isEqualTo(200);
                }
            }
            assertThat(healthy.requests())
                    .hasSize(2)
                    .allSatisfy(request -> assertThat(request.text()).isEqualTo("helloworld"));
        }
    }

    @Test
    void client_that_goes_away_within_its_body_takes_the_instance_s_connection_along() throws Exception {
        var begun = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            wire.in().readNBytes(10);
            begun.countDown();
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.with(STREAMS, instance)) {
            try (RawClient client = gateway.client()) {
                client.send(head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 10") + "hello");
                assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(gateway.logLine()).contains(" status=499 ");
            gateway.awaitNoConnections();
        }
    }

    /// Sends up to this many bytes for as long as the connection takes them.
    private static Thread upload(RawClient client, int bytes) {
        return Thread.startVirtualThread(() -> {
            try {
                for (int sent = 0; sent < bytes; sent += 65_536) {
                    client.send(new byte[65_536]);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e); // seen by nobody: the answer is what counts
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere, 404", "/svc, 413"})
    void refusal_reaches_a_client_that_goes_on_sending(String targetAndStatus) throws Exception {
        String[] parts = targetAndStatus.split(", ", -1);
        int size = 8 << 20;
        try (var gateway = GatewayFixture.with("limits.request-body=1MiB", FakeInstance.healthy())) {
            for (int i = 0; i < 20; i++) {
                try (RawClient client = gateway.client()) {
                    client.send(head("POST " + parts[0] + " HTTP/1.1", "Host: gw", "Content-Length: " + size));
                    Thread upload = upload(client, size);
                    HttpMessage answer = client.read();
                    assertThat(answer.status()).isEqualTo(Integer.parseInt(parts[1]));
                    assertThat(answer.header("Connection")).isEqualTo("close");
                    assertThat(client.ended()).isTrue();
                    upload.join();
                }
            }
        }
    }
}
