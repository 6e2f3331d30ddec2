package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.gateway.transport.EndlessBody;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.io.EOFException;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies are passed on as they arrive; they arrive complete or visibly incomplete.
class StreamingTest {
    private static final int LARGE = 10 << 20;

    @ParameterizedTest
    @ValueSource(ints = {65_536, 65_537, LARGE})
    void upload_of_known_length_arrives_byte_for_byte_with_its_length(int bytes) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            var body = BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> new EndlessBody(bytes)), bytes);
            HttpResponse<String> answer =
                    gateway.http().send(gateway.request("/svc").POST(body).build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(instance.request().headers("Content-Length")).containsExactly(Integer.toString(bytes));
            assertThat(instance.request().header("Transfer-Encoding")).isNull();
            assertThat(instance.request().body()).isEqualTo(new EndlessBody(bytes).readAllBytes());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {65_537, LARGE})
    void upload_of_unknown_length_arrives_byte_for_byte_in_chunks(int bytes) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            var body = BodyPublishers.ofInputStream(() -> new EndlessBody(bytes));
            HttpResponse<String> answer =
                    gateway.http().send(gateway.request("/svc").POST(body).build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(instance.request().headers("Transfer-Encoding")).containsExactly("chunked");
            assertThat(instance.request().header("Content-Length")).isNull();
            assertThat(instance.request().body()).isEqualTo(new EndlessBody(bytes).readAllBytes());
        }
    }

    @Test
    void upload_reaches_the_instance_before_the_client_has_sent_all_of_it() throws Exception {
        var arrived = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            HttpMessage.readAnswerHead(wire.in());
            assertThat(wire.in().readNBytes(100_000)).hasSize(100_000);
            arrived.countDown();
            assertThat(wire.in().readNBytes(100_000)).hasSize(100_000);
            wire.send(FakeInstance.OK);
        });
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            client.send(head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 200000"));
            client.send(new byte[100_000]);
            assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(client.send(new byte[100_000]).read().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void download_arrives_byte_for_byte(boolean lengthKnown) throws Exception {
        byte[] body = new EndlessBody(LARGE).readAllBytes();
        var instance = FakeInstance.of(wire -> {
            wire.read();
            if (lengthKnown) {
                wire.send(head("HTTP/1.1 200 OK", "Content-Length: " + LARGE));
                wire.send(body);
            } else {
                wire.send(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"));
                wire.send(Integer.toHexString(LARGE) + "\r\n");
                wire.send(body);
                wire.send("\r\n0\r\n\r\n");
            }
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.over(instance)) {
            HttpMessage answer = gateway.get("/svc");
            assertThat(answer.header("Content-Length")).isEqualTo(lengthKnown ? Integer.toString(LARGE) : null);
            assertThat(answer.body()).isEqualTo(body);
            assertThat(gateway.logLine()).contains(" bytes=" + LARGE + " ");
        }
    }

    @Test
    void download_reaches_the_client_before_the_instance_has_sent_all_of_it() throws Exception {
        var arrived = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(head("HTTP/1.1 200 OK", "Content-Length: 200000"));
            wire.send(new byte[100_000]);
            arrived.await();
            wire.send(new byte[100_000]);
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            client.send(head("GET /svc HTTP/1.1", "Host: gw"));
            assertThat(client.readHead().status()).isEqualTo(200);
            assertThat(client.in().readNBytes(60_000)).hasSize(60_000);
            arrived.countDown();
            assertThat(client.in().readNBytes(140_000)).hasSize(140_000);
        }
    }

    @Test
    void each_event_reaches_the_client_at_once() throws Exception {
        var read = new Exchanger<String>();
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(head("HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked"));
            for (int i = 0; i < 5; i++) {
                wire.send("9\r\ndata: " + i + "\n\n\r\n");
                assertThat(read.exchange("sent")).isEqualTo("read");
            }
            wire.send("0\r\n\r\n");
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            client.send(head("GET /svc HTTP/1.1", "Host: gw", "Accept: text/event-stream"));
            assertThat(client.readHead().header("Content-Type")).isEqualTo("text/event-stream");
            for (int i = 0; i < 5; i++) {
                client.readPast("data: " + i + "\n\n");
                assertThat(read.exchange("read", 10, TimeUnit.SECONDS)).isEqualTo("sent");
            }
            client.readPast("0\r\n\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 50_000, 1_000_000})
    void answer_of_known_length_that_is_cut_never_looks_whole(int sent) throws Exception {
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(head("HTTP/1.1 200 OK", "Content-Length: 2000000"));
            wire.send(new byte[sent]);
        });
        try (var gateway = GatewayFixture.over(instance)) {
            assertNeverLooksWhole(gateway);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 50_000, 1_000_000})
    void answer_in_chunks_that_is_cut_never_looks_whole(int sent) throws Exception {
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"));
            if (sent > 0) {
                wire.send(Integer.toHexString(sent) + "\r\n");
                wire.send(new byte[sent]);
                wire.send("\r\n");
            }
        });
        try (var gateway = GatewayFixture.over(instance)) {
            assertNeverLooksWhole(gateway);
        }
    }

    /// If an instance breaks off before anything has reached the client, the client gets a problem;
    /// otherwise it is cut.
    private static void assertNeverLooksWhole(GatewayFixture gateway) throws IOException {
        boolean problem;
        try {
            HttpMessage answer = gateway.get("/svc");
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.text()).contains("\"attempts\":[\"answered 200\"]");
            problem = true;
        } catch (EOFException e) {
            problem = false;
        }
        assertThat(gateway.logLine()).contains(" err=", problem ? " status=502 " : " status=200 ");
    }

    @Test
    void answer_that_stalls_is_cut_after_the_longest_pause() throws Exception {
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + "5\r\nhello\r\n");
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.with("timeouts.idle=300ms", instance)) {
            assertThatThrownBy(() -> gateway.get("/svc")).isInstanceOf(EOFException.class);
            gateway.awaitNoConnections();
        }
    }

    @Test
    void client_that_goes_within_a_download_takes_the_instance_s_connection_along() throws Exception {
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"));
            while (true) {
                wire.send("2710\r\n");
                wire.send(new byte[10_000]);
                wire.send("\r\n");
            }
        });
        try (var gateway = GatewayFixture.over(instance)) {
            try (RawClient client = gateway.client()) {
                client.send(head("GET /svc HTTP/1.1", "Host: gw"));
                assertThat(client.readHead().status()).isEqualTo(200);
                assertThat(client.readChunk()).isNotEmpty();
            }
            assertThat(gateway.logLine()).contains(" status=499 ", " err=");
            gateway.awaitNoConnections();
        }
    }

    @Test
    void answer_that_comes_before_the_upload_is_over_passes() throws Exception {
        var instance = FakeInstance.of(wire -> {
            HttpMessage.readAnswerHead(wire.in());
            wire.send(head("HTTP/1.1 401 No", "Connection: close", "Content-Length: 2") + "no");
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            client.send(head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 1000000"));
            client.send(new byte[1_000_000]);
            HttpMessage answer = client.read();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.text()).isEqualTo("no");
        }
    }
}
