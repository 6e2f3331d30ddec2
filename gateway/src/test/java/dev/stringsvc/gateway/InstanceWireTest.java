package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What instances may send, on raw sockets.
class InstanceWireTest {
    private static final long MOST = 8_000_000;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nX-A : 1\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX-A: 1\r\n Set-Cookie: evil\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding\t: chunked\r\nContent-Length: 15\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length : 2\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nGarbage line\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n: v\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX(T): a\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 000 No\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 099 No\r\nContent-Length: 0\r\n\r\n"
            })
    void malformed_head_is_502_and_the_instance_s_fault(String answer) throws Exception {
        try (var gateway = GatewayFixture.with("route.attempts=1", FakeInstance.answering(answer))) {
            assertThat(gateway.get("/svc").status()).isEqualTo(502);
            assertThat(gateway.logLine()).contains(" status=502 ", "err=\"malformed answer: ");
            assertThat(gateway.upstreams().findValue("lastFailure").asText()).isNotEmpty();
            try (var http2 = new Http2Wire(gateway.gateway().port())) {
                assertThat(http2.read(http2.get("/svc")).status()).isEqualTo(502);
                assertThat(gateway.logLines(2)).noneMatch(line -> line.contains(" status=499 "));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ",
                "HTTP/1.1 200 OK\r\nX: "
            })
    void line_that_never_ends_is_bounded(String begin) throws Exception {
        bounded(begin, "x".repeat(10_000));
    }

    @Test
    void interim_answers_that_never_end_are_bounded() throws Exception {
        bounded("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(200));
    }

    private static void bounded(String begin, String again) throws Exception {
        var written = new AtomicLong();
        var ended = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(begin);
            try {
                while (written.addAndGet(again.length()) < 10 * MOST) {
                    wire.send(again);
                }
            } finally {
                ended.countDown();
            }
        });
        try (var gateway = GatewayFixture.with("route.attempts=1", instance);
                RawClient client = gateway.client()) {
            client.send(head("GET /svc HTTP/1.1", "Host: gw"));
            client.in().readNBytes(12);
            assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(written.get()).isLessThan(MOST);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked",
                "Content-Length: 5"
            })
    void head_is_passed_on_before_the_body_begins(String fields) throws Exception {
        var seen = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(head("HTTP/1.1 200 OK", fields));
            assertThat(seen.await(8, TimeUnit.SECONDS)).isTrue();
            wire.send(fields.contains("chunked") ? "5\r\nhello\r\n0\r\n\r\n" : "hello");
        });
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            client.send(head("GET /svc HTTP/1.1", "Host: gw"));
            HttpMessage answer = client.readHead();
            assertThat(answer.status()).isEqualTo(200);
            seen.countDown();
            client.readPast("hello");
        }
    }
}
