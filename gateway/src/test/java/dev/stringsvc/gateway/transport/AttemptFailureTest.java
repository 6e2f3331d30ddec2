package dev.stringsvc.gateway.transport;

import static dev.stringsvc.gateway.transport.TransportFixture.buffered;
import static dev.stringsvc.gateway.transport.TransportFixture.get;
import static dev.stringsvc.gateway.transport.TransportFixture.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.http.Body;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttemptFailureTest {
    private static final Duration SHORT = Duration.ofMillis(700);
    private static final Duration GENEROUS = Duration.ofSeconds(8);

    @Test
    void refused_connection_is_not_sent() throws IOException {
        try (var fixture = new TransportFixture(FakeInstance.refusing())) {
            assertThat(fixture.execute(post(buffered("x"))))
                    .isInstanceOfSatisfying(
                            AttemptResult.NotSent.class,
                            result -> assertThat(result.asked()).isTrue());
        }
    }

    @Test
    void connection_that_is_not_made_in_time_is_not_sent() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var transports = new Transports(SHORT, TransportFixture.PAUSES)) {
            List<SocketChannel> crowd = fillBacklog(server);
            try (Transport transport = transports.open("127.0.0.1", server.getLocalPort())) {
                long start = System.nanoTime();
                AttemptResult result = transport.execute(get("/"), TransportFixture.LONG);
                assertThat(result).isInstanceOf(AttemptResult.NotSent.class);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, GENEROUS);
            } finally {
                for (SocketChannel one : crowd) {
                    one.close();
                }
            }
        }
    }

    @Test
    void attempt_that_times_out_while_connecting_is_not_sent() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var transports = new Transports(TransportFixture.LONG, TransportFixture.PAUSES)) {
            List<SocketChannel> crowd = fillBacklog(server);
            try (Transport transport = transports.open("127.0.0.1", server.getLocalPort())) {
                assertThat(transport.execute(get("/"), SHORT)).isInstanceOf(AttemptResult.NotSent.class);
            } finally {
                for (SocketChannel one : crowd) {
                    one.close();
                }
            }
        }
    }

    @Test
    void answer_that_comes_while_the_body_is_not_taken_is_an_answer() throws IOException {
        byte[] moreThanTheKernelKeeps = new byte[64_000_000];
        var over = new CountDownLatch(1);
        try (var fixture = TransportFixture.to(wire -> {
            wire.send(FakeInstance.OK);
            over.await();
        })) {
            assertThat(fixture.fetch(post(new Body.Buffered(moreThanTheKernelKeeps))))
                    .isEqualTo("ok");
            over.countDown();
        }
    }

    @Test
    void instance_has_no_part_in_an_attempt_whose_time_is_over_before_it_is_asked() throws IOException {
        try (var fixture = new TransportFixture(FakeInstance.refusing())) {
            fixture.endTheTimeOfAll();
            assertThat(fixture.execute(post(buffered("x"))))
                    .isInstanceOfSatisfying(
                            AttemptResult.NotSent.class,
                            result -> assertThat(result.asked()).isFalse());
        }
    }

    /// A port where nothing accepts: the kernel accepts a few connections and then drops SYNs.
    private static List<SocketChannel> fillBacklog(ServerSocket server) throws IOException {
        List<SocketChannel> crowd = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            var channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
            crowd.add(channel);
        }
        return crowd;
    }

    @Test
    void unknown_host_is_not_sent() {
        try (var transports = new Transports(SHORT, TransportFixture.PAUSES);
                Transport transport = transports.open("no-such-host.invalid", 80)) {
            assertThat(transport.execute(get("/"), TransportFixture.LONG)).isInstanceOf(AttemptResult.NotSent.class);
        }
    }

    @Test
    void connection_closed_before_the_head_may_have_been_sent() throws IOException {
        try (var fixture = new TransportFixture(FakeInstance.breaking())) {
            assertThat(fixture.execute(post(buffered("x")))).isInstanceOf(AttemptResult.MaybeSent.class);
            assertThat(fixture.instance().request().text()).isEqualTo("x");
        }
    }

    @Test
    void connection_reset_before_the_head_may_have_been_sent() throws IOException {
        try (var fixture = TransportFixture.to(wire -> {
            wire.read();
            wire.reset();
        })) {
            assertThat(fixture.execute(post(buffered("x")))).isInstanceOf(AttemptResult.MaybeSent.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Le",
                "HTTP/1.1 2",
                "HTTP/1.1 100 Continue\r\n\r\n",
                "\r\n",
                "SSH-2.0-OpenSSH_9.6\r\n",
                "\0\1\2\3\4\5\n\n\n",
                "HTTP/1.1 two hundred\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding\r\n",
                "HTTP/2.0 200 OK\r\n\r\n",
                "HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\nhello"
            })
    void what_is_no_answer_may_have_been_sent(String bytes) throws IOException {
        try (var fixture = TransportFixture.to(wire -> {
            wire.read();
            wire.send(bytes);
        })) {
            assertThat(fixture.execute(post(buffered("x")))).isInstanceOf(AttemptResult.MaybeSent.class);
        }
    }

    @Test
    void endless_head_may_have_been_sent() throws IOException {
        try (var fixture = TransportFixture.to(wire -> {
            wire.read();
            wire.send("HTTP/1.1 200 OK\r\n");
            while (true) {
                wire.send("X-More: " + "x".repeat(1_000) + "\r\n");
            }
        })) {
            assertThat(fixture.execute(get("/"))).isInstanceOf(AttemptResult.MaybeSent.class);
        }
    }

    @Test
    void stall_times_out_and_drops_the_connection() throws IOException {
        try (var fixture = new TransportFixture(FakeInstance.hung())) {
            long start = System.nanoTime();
            assertThat(fixture.execute(post(buffered("x")), SHORT)).isEqualTo(new AttemptResult.TimedOut(SHORT, true));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, GENEROUS);
            awaitNoConnections(fixture);
        }
    }

    @Test
    void head_that_drips_does_not_outlive_the_attempt() throws IOException {
        var stop = new CountDownLatch(1);
        try (var fixture = TransportFixture.to(wire -> {
            wire.read();
            wire.send("HTTP/1.1 200 OK\r\n");
            while (!stop.await(20, TimeUnit.MILLISECONDS)) {
                wire.send("X-Drip: 1\r\n");
            }
        })) {
            long start = System.nanoTime();
            assertThat(fixture.execute(get("/"), SHORT)).isInstanceOf(AttemptResult.TimedOut.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(GENEROUS);
            awaitNoConnections(fixture);
            stop.countDown();
        }
    }

    @Test
    void provisional_answers_do_not_prolong_the_attempt() throws IOException {
        var stop = new CountDownLatch(1);
        try (var fixture = TransportFixture.to(wire -> {
            wire.read();
            while (!stop.await(20, TimeUnit.MILLISECONDS)) {
                wire.send("HTTP/1.1 102 Processing\r\n\r\n");
            }
        })) {
            assertThat(fixture.execute(get("/"), SHORT)).isInstanceOf(AttemptResult.TimedOut.class);
            stop.countDown();
        }
    }

    @Test
    void instance_that_does_not_take_the_body_times_out() throws IOException {
        var release = new CountDownLatch(1);
        try (var fixture = TransportFixture.to(wire -> {
            HttpMessage.readAnswerHead(wire.in());
            release.await();
        })) {
            var body = new Body.Streamed(new EndlessBody(64 << 20), 64 << 20);
            assertThat(fixture.execute(post(body), SHORT)).isInstanceOf(AttemptResult.TimedOut.class);
            release.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/../b",
                "/a/./b",
                "/..",
                "/a/%2e%2e/b",
                "/a/%2E./b",
                "/a\\..\\b",
                "/a b",
                "/<",
                "no-slash",
                "",
                "/a?b",
                "/a#b"
            })
    void path_that_would_be_sent_as_another_is_not_sent_at_all(String path) throws IOException {
        try (var fixture = new TransportFixture(FakeInstance.healthy())) {
            assertThat(fixture.execute(get(path))).isInstanceOf(AttemptResult.Unsendable.class);
            assertThat(fixture.instance().connections()).isZero();
        }
    }

    @Test
    void connection_that_waits_for_nobody_is_closed_with_the_transport() throws IOException {
        var fixture = new TransportFixture(FakeInstance.healthy());
        try (fixture) {
            fixture.fetch(get("/"));
            assertThat(fixture.instance().openConnections()).isOne();
            fixture.transport().close();
            awaitNoConnections(fixture);
            assertThat(fixture.fetch(get("/"))).isEqualTo("ok");
        }
    }

    private static void awaitNoConnections(TransportFixture fixture) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(GENEROUS)
                .until(() -> fixture.instance().openConnections() == 0);
    }
}
