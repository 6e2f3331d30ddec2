package dev.stringsvc.gateway.transport;

import static dev.stringsvc.gateway.transport.TransportFixture.LONG;
import static dev.stringsvc.gateway.transport.TransportFixture.body;
import static dev.stringsvc.gateway.transport.TransportFixture.causeOf;
import static dev.stringsvc.gateway.transport.TransportFixture.get;
import static dev.stringsvc.gateway.transport.TransportFixture.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.UpstreamBrokenException;
import dev.stringsvc.gateway.http.UpstreamResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokenBodyTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 10\r\n\r\nhello",
                "Content-Length: 10\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnot hex\r\n",
            })
    void body_cut_short_is_broken(String rest) throws IOException {
        try (var fixture = TransportFixture.to(wire -> {
                    wire.read();
                    wire.send("HTTP/1.1 200 OK\r\n" + rest);
                });
                UpstreamResponse response = fixture.respond(get("/"))) {
            assertThatThrownBy(() -> body(response)).isInstanceOf(UpstreamBrokenException.class);
        }
    }

    @Test
    void body_that_is_reset_is_broken() throws IOException {
        var headRead = new CountDownLatch(1);
        try (var fixture = TransportFixture.to(wire -> {
                    wire.read();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
                    headRead.await();
                    wire.reset();
                });
                UpstreamResponse response = fixture.respond(get("/"))) {
            headRead.countDown();
            assertThatThrownBy(() -> body(response)).isInstanceOf(UpstreamBrokenException.class);
        }
    }

    @Test
    void body_that_pauses_for_too_long_is_broken_and_its_connection_dropped() throws IOException {
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            wire.awaitEnd();
        });
        try (var fixture = new TransportFixture(instance, LONG, SHORT);
                UpstreamResponse response = fixture.respond(get("/"))) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> body(response)).isInstanceOf(UpstreamBrokenException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, Duration.ofSeconds(8));
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .atMost(LONG)
                    .until(() -> instance.openConnections() == 0);
        }
    }

    @Test
    void body_may_take_longer_than_the_pause_as_long_as_it_goes_on() throws IOException {
        var never = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n");
            for (int i = 0; i < 20; i++) {
                assertThat(never.await(100, TimeUnit.MILLISECONDS)).isFalse();
                wire.send("x");
            }
        });
        try (var fixture = new TransportFixture(instance, LONG, Duration.ofMillis(1_500))) {
            assertThat(fixture.fetch(get("/"))).hasSize(20);
        }
    }

    @Test
    void failure_of_who_reads_is_not_the_instance_s() throws IOException {
        try (var fixture = new TransportFixture(FakeInstance.healthy());
                UpstreamResponse response = fixture.respond(get("/"))) {
            var broken = new IOException("the client is gone");
            assertThatThrownBy(() -> response.copyBodyTo(new OutputStream() {
                        @Override
                        public void write(int b) throws IOException {
                            throw broken;
                        }
                    }))
                    .isSameAs(broken);
        }
    }

    @Test
    void time_in_which_nobody_reads_is_not_the_instance_s() throws Exception {
        try (var fixture = new TransportFixture(FakeInstance.healthy(), LONG, SHORT);
                UpstreamResponse response = fixture.respond(get("/"))) {
            assertThat(new CountDownLatch(1).await(SHORT.toMillis() * 2, TimeUnit.MILLISECONDS))
                    .isFalse();
            assertThat(body(response)).isEqualTo("ok");
        }
    }

    @Test
    void client_that_fails_within_its_body_is_at_fault() throws IOException {
        var cause = new IOException("gone");
        var breaking = new InputStream() {
            private int left = 20_000;

            @Override
            public int read() throws IOException {
                if (left-- == 0) {
                    throw cause;
                }
                return 'x';
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                bytes[from] = (byte) read();
                return 1;
            }
        };
        try (var fixture = TransportFixture.to(FakeInstance.Wire::awaitEnd)) {
            AttemptResult result = fixture.execute(post(new Body.Streamed(breaking, 30_000)));
            assertThat(result).isInstanceOf(AttemptResult.ClientFault.class);
            assertThat(causeOf(result)).isSameAs(cause);
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .atMost(LONG)
                    .until(() -> fixture.instance().openConnections() == 0);
        }
    }

    @Test
    void client_that_sends_less_than_it_said_is_not_the_instance_s_fault() throws IOException {
        try (var fixture = TransportFixture.to(FakeInstance.Wire::awaitEnd)) {
            AttemptResult result = fixture.execute(post(new Body.Streamed(new EndlessBody(70_000), 80_000)));
            assertThat(result).isInstanceOf(AttemptResult.ClientFault.class);
        }
    }

    @Test
    void slow_client_does_not_use_up_the_instance_s_time() throws Exception {
        try (var fixture = new TransportFixture(FakeInstance.healthy());
                var client = new PipedOutputStream();
                var in = new PipedInputStream(client)) {
            var attempted = new CountDownLatch(1);
            Thread slow = Thread.ofVirtual().start(() -> {
                try (client) {
                    for (int i = 0; i < 8; i++) {
                        assertThat(attempted.await(200, TimeUnit.MILLISECONDS)).isFalse();
                        client.write("0123456789".getBytes(StandardCharsets.US_ASCII));
                        client.flush();
                    }
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            AttemptResult result = fixture.execute(post(new Body.Streamed(in, 80)), Duration.ofSeconds(1));
            attempted.countDown();
            slow.join();
            assertThat(result).isInstanceOf(AttemptResult.Responded.class);
            try (UpstreamResponse response = ((AttemptResult.Responded) result).response()) {
                assertThat(body(response)).isEqualTo("ok");
            }
            assertThat(fixture.instance().request().text()).hasSize(80);
        }
    }

    @Test
    void answer_that_comes_before_the_whole_body_was_taken_is_an_answer() throws IOException {
        try (var fixture = TransportFixture.to(wire -> {
            wire.read(); // the head and no body: the body is sent by length below
            wire.awaitEnd();
        })) {
            assertThat(fixture.execute(post(new Body.None()), SHORT)).isInstanceOf(AttemptResult.TimedOut.class);
        }
        var answered = new CountDownLatch(1);
        try (var fixture = TransportFixture.to(wire -> {
            HttpMessage.readAnswerHead(wire.in());
            wire.send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
            answered.countDown();
            wire.awaitEnd();
        })) {
            assertThat(fixture.fetch(post(new Body.Streamed(new EndlessBody(5 << 20), 5 << 20))))
                    .isEqualTo("no");
            assertThat(answered.getCount()).isZero();
        }
    }
}
