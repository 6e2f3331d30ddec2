package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.gateway.transport.FakeInstance;
import java.io.EOFException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Server-sent events pass one by one, however far apart they are.
class EventStreamTest {
    private static final String GET = head("GET /svc HTTP/1.1", "Host: gw", "Accept: text/event-stream");

    private static String chunk(String event) {
        return Integer.toHexString(event.length()) + "\r\n" + event + "\r\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding: chunked", "Connection: close"})
    void each_event_is_here_before_the_next_is_sent(String framing) throws Exception {
        boolean chunked = framing.startsWith("T");
        var seen = new Semaphore(0);
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(head("HTTP/1.1 200 OK", "Content-Type: text/event-stream;charset=utf-8", framing));
            for (int i = 1; i <= 3; i++) {
                String event = "id: " + i + "\ndata: " + i + "\n\n";
                wire.send(chunked ? chunk(event) : event);
                assertThat(seen.tryAcquire(8, TimeUnit.SECONDS)).isTrue();
            }
            wire.send(chunked ? "0\r\n\r\n" : "");
        });
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            client.send(GET);
            assertThat(client.readHead().header("Content-Type")).startsWith("text/event-stream");
            for (int i = 1; i <= 3; i++) {
                client.readPast("id: " + i + "\ndata: " + i + "\n\n");
                seen.release();
            }
            client.readPast("0\r\n\r\n");
        }
    }

    @Test
    void events_that_are_far_apart_are_no_pause() throws Exception {
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(head("HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked"));
            for (int i = 1; i <= 9; i++) {
                assertThat(new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS))
                        .isFalse();
                wire.send(chunk("data: " + i + "\n\n"));
            }
            wire.send("0\r\n\r\n");
        });
        String options = "timeouts.idle=200ms timeouts.client=200ms timeouts.head=200ms"
                + " limits.client-rate=1MiB limits.client-grace=200ms";
        try (var gateway = GatewayFixture.with(options, instance)) {
            assertThat(gateway.get("/svc").text()).contains("data: 9\n\n");
        }
    }

    @Test
    void events_that_end_without_a_word_are_cut_at_last() throws Exception {
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(head("HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked"));
            wire.send(chunk("data: 1\n\n"));
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.with("timeouts.stream=300ms", instance)) {
            assertThatThrownBy(() -> gateway.get("/svc")).isInstanceOf(EOFException.class);
            gateway.awaitNoConnections();
        }
    }
}
