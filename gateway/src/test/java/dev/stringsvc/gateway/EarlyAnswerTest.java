package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests and answers that are sent at the same time, on raw sockets.
class EarlyAnswerTest {
    private static final String LATIN_1 = "D\u00fcsseldorf \u00ff\u0080";
    private static final int SIZE = 8 << 20;

    @Test
    void refusal_of_an_instance_that_reads_no_more_reaches_the_client() throws Exception {
        var instance = FakeInstance.of(wire -> {
            HttpMessage.readAnswerHead(wire.in());
            wire.in().readNBytes(100_000);
            wire.send(head("HTTP/1.1 413 Content Too Large", "Content-Length: 7") + "refused");
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            client.send(head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: " + SIZE));
            Thread upload = Thread.startVirtualThread(() -> {
                try {
                    for (int sent = 0; sent < SIZE; sent += 65_536) {
                        client.send(new byte[65_536]);
                    }
                } catch (IOException e) {
                    // the answer is what counts
                }
            });
            HttpMessage answer = client.read();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).isEqualTo("refused");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.ended()).isTrue();
            upload.join();
            gateway.awaitNoConnections();
        }
    }

    @Test
    void answer_comes_while_the_request_goes_on() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        var instance = FakeInstance.of(wire -> {
            HttpMessage.readAnswerHead(wire.in());
            wire.send(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"));
            byte[] chunk = HttpMessage.readChunk(wire.in());
            while (chunk.length > 0) {
                heard.add(new String(chunk, StandardCharsets.ISO_8859_1));
                wire.send("4\r\necho\r\n");
                chunk = HttpMessage.readChunk(wire.in());
            }
            wire.send("0\r\n\r\n");
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.with("route.stream-requests=true", instance);
                RawClient client = gateway.client()) {
            client.send(head("POST /svc HTTP/1.1", "Host: gw", "Transfer-Encoding: chunked"));
            assertThat(client.readHead().status()).isEqualTo(200);
            for (int i = 0; i < 3; i++) {
                client.send("2\r\na" + i + "\r\n");
                assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("a" + i);
                client.readPast("echo");
            }
            client.send("0\r\n\r\n");
            client.readPast("0\r\n\r\n");
        }
    }

    @Test
    void early_hints_of_an_instance_reach_the_client() throws Exception {
        var instance = FakeInstance.answering(head("HTTP/1.1 103 Early Hints", "Link: </a.css>") + FakeInstance.OK);
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            client.send(head("GET /svc HTTP/1.1", "Host: gw"));
            HttpMessage hints = client.readHead();
            assertThat(hints.status()).isEqualTo(103);
            assertThat(hints.header("Link")).isEqualTo("</a.css>");
            assertThat(client.read().text()).isEqualTo("ok");
        }
    }

    @Test
    void trailers_of_a_request_reach_the_instance() throws Exception {
        var lines = new LinkedBlockingQueue<List<String>>();
        var instance = FakeInstance.of(wire -> {
            HttpMessage request = HttpMessage.readAnswerHead(wire.in());
            assertThat(request.header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(HttpMessage.readChunk(wire.in())).hasSize(2);
            assertThat(wire.in().readNBytes(3)).containsExactly('0', '\r', '\n');
            lines.add(HttpMessage.readAnswerHead(wire.in()).head());
            wire.send(FakeInstance.OK);
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.over(instance)) {
            HttpMessage answer = gateway.exchange(
                    head("POST /svc HTTP/1.1", "Host: gw", "Transfer-Encoding: chunked", "Trailer: X-Sum")
                            + "2\r\nok\r\n0\r\nX-Sum: 7\r\nHost: evil\r\n\r\n");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(lines.take()).containsExactly("X-Sum: 7");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "DELETE"})
    void body_of_any_method_reaches_the_instance(String method) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            HttpMessage answer =
                    gateway.exchange(head(method + " /svc HTTP/1.1", "Host: gw", "Content-Length: 2") + "{}");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(instance.request().text()).isEqualTo("{}");
        }
    }

    @Test
    void header_bytes_pass_both_ways() throws Exception {
        var instance =
                FakeInstance.answering("HTTP/1.1 200 OK\r\nX-Name: " + LATIN_1 + "\r\nContent-Length: 2\r\n\r\nok");
        try (var gateway = GatewayFixture.over(instance)) {
            HttpMessage answer = gateway.exchange("GET /svc HTTP/1.1\r\nHost: gw\r\nX-Name: " + LATIN_1 + "\r\n\r\n");
            assertThat(answer.header("X-Name")).isEqualTo(LATIN_1);
            assertThat(instance.request().header("X-Name")).isEqualTo(LATIN_1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-A : 1",
                "X-B: 1\r\n Set-Cookie: evil",
                "Transfer-Encoding\t: chunked",
                "Content-Length : 2",
                "Content-Length: 3",
                "Transfer-Encoding: chunked",
                "Garbage line",
                ": v",
                "X(T): a"
            })
    void malformed_answer_of_an_instance_is_502_in_both_protocols(String line) throws Exception {
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + line + "\r\n\r\nok");
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.over(instance);
                var client = new Http2Wire(gateway.gateway().port())) {
            assertThat(gateway.get("/svc").status()).isEqualTo(502);
            Http2Wire.Answer answer = client.read(client.get("/svc"));
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.error()).isZero();
        }
    }
}
