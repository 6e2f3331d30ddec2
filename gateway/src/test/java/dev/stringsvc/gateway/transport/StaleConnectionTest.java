package dev.stringsvc.gateway.transport;

import static dev.stringsvc.gateway.transport.TransportFixture.buffered;
import static dev.stringsvc.gateway.transport.TransportFixture.get;
import static dev.stringsvc.gateway.transport.TransportFixture.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.http.Body;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/// An idle connection that the instance has closed: the request uses a new connection, whatever its
/// method.
class StaleConnectionTest {
    private static FakeInstance.Script once(boolean reset) {
        return wire -> {
            wire.read();
            wire.send(FakeInstance.OK);
            if (reset) {
                wire.reset();
            }
        };
    }

    private static void awaitClosed(FakeInstance instance) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(8))
                .until(() -> instance.openConnections() == 0);
    }

    @RepeatedTest(5)
    void connection_closed_while_idle_is_not_used_for_a_post() throws IOException {
        try (var fixture = TransportFixture.to(once(false))) {
            fixture.fetch(get("/"));
            awaitClosed(fixture.instance());
            assertThat(fixture.fetch(post(buffered("x")))).isEqualTo("ok");
            assertThat(fixture.instance().connections()).isEqualTo(2);
        }
    }

    @RepeatedTest(5)
    void connection_reset_while_idle_is_not_used_for_a_post() throws IOException {
        try (var fixture = TransportFixture.to(once(true))) {
            fixture.fetch(get("/"));
            awaitClosed(fixture.instance());
            assertThat(fixture.fetch(post(buffered("x")))).isEqualTo("ok");
            assertThat(fixture.instance().connections()).isEqualTo(2);
        }
    }

    @Test
    void connection_whose_end_was_the_answers_end_is_not_kept() throws IOException {
        var first = new AtomicBoolean(true);
        try (var fixture = TransportFixture.to(wire -> {
            while (wire.read() != null) {
                if (first.getAndSet(false)) {
                    wire.send("HTTP/1.1 200 OK\r\n\r\nto the end");
                    return;
                }
                wire.send(FakeInstance.OK);
            }
        })) {
            assertThat(fixture.fetch(get("/"))).isEqualTo("to the end");
            fixture.fetch(get("/"));
            fixture.fetch(get("/"));
            assertThat(fixture.instance().connections()).isEqualTo(2);
        }
    }

    @RepeatedTest(3)
    void connection_closed_while_idle_does_not_cost_a_streamed_body() throws IOException {
        try (var fixture = TransportFixture.to(once(false))) {
            fixture.fetch(get("/"));
            awaitClosed(fixture.instance());
            assertThat(fixture.fetch(post(new Body.Streamed(new EndlessBody(100_000), 100_000))))
                    .isEqualTo("ok");
        }
    }

    @RepeatedTest(3)
    void instance_that_went_away_with_its_idle_connections_is_not_reached() throws IOException {
        try (var fixture = TransportFixture.to(once(false))) {
            fixture.fetch(get("/"));
            awaitClosed(fixture.instance());
            fixture.instance().close();
            assertThat(fixture.execute(post(buffered("x")))).isInstanceOf(AttemptResult.NotSent.class);
        }
    }

    @RepeatedTest(3)
    void connection_that_speaks_unasked_is_not_used() throws Exception {
        var read = new CountDownLatch(1);
        var said = new CountDownLatch(1);
        try (var fixture = TransportFixture.to(wire -> {
            wire.read();
            wire.send(FakeInstance.OK);
            read.await();
            if (said.getCount() > 0) {
                wire.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 5\r\n\r\nstale");
                said.countDown();
                wire.awaitEnd();
            }
        })) {
            assertThat(fixture.fetch(get("/"))).isEqualTo("ok");
            read.countDown();
            said.await();
            assertThat(fixture.fetch(post(buffered("x")))).isEqualTo("ok");
        }
    }

    @RepeatedTest(3)
    void connections_kept_beside_one_that_broke_are_not_used_either() throws Exception {
        var both = new CountDownLatch(2);
        try (var fixture = TransportFixture.to(wire -> {
                    wire.read();
                    both.countDown();
                    both.await();
                    wire.send(FakeInstance.OK);
                    wire.read();
                });
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var one = threads.submit(() -> fixture.fetch(get("/")));
            var other = threads.submit(() -> fixture.fetch(get("/")));
            assertThat(one.get()).isEqualTo("ok");
            assertThat(other.get()).isEqualTo("ok");
            assertThat(fixture.execute(get("/"))).isInstanceOf(AttemptResult.MaybeSent.class);
            assertThat(fixture.fetch(get("/"))).isEqualTo("ok");
            assertThat(fixture.instance().connections()).isEqualTo(3);
        }
    }

    @RepeatedTest(3)
    void only_an_instance_that_closes_unasked_says_goodbye() throws Exception {
        try (var fixture = TransportFixture.to(wire -> {
            wire.read();
            wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        })) {
            try (var response = fixture.respond(post(buffered("x")))) {
                assertThat(response.closesConnection()).isTrue();
            }
        }
        try (var fixture = TransportFixture.to(wire -> {
            HttpMessage request = wire.read();
            boolean asked = request != null && "close".equals(request.header("Connection"));
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + (asked ? "Connection: close\r\n" : "") + "\r\nok");
        })) {
            fixture.fetch(post(buffered("x")));
            awaitClosed(fixture.instance());
            try (var response = fixture.respond(post(buffered("x")))) {
                assertThat(response.header("Connection")).isEqualTo("close");
                assertThat(response.closesConnection()).isFalse();
            }
        }
    }

    @RepeatedTest(3)
    void an_instance_that_closes_early_gets_no_request_on_a_kept_connection_for_a_while() throws Exception {
        var closeEarly = new AtomicBoolean(true);
        try (var fixture = TransportFixture.to(wire -> {
            for (HttpMessage request; (request = wire.read()) != null; ) {
                wire.send(FakeInstance.OK);
                if (closeEarly.getAndSet(false)) {
                    return;
                }
            }
        })) {
            fixture.fetch(post(buffered("x")));
            awaitClosed(fixture.instance());
            fixture.fetch(post(buffered("x")));
            for (int n = 3; n < 6; n++) {
                assertThat(fixture.fetch(post(buffered("x")))).isEqualTo("ok");
                HttpMessage last = fixture.instance().requests().getLast();
                assertThat(last.header("Connection")).isEqualTo("close");
            }
            assertThat(fixture.instance().connections()).isEqualTo(5);
        }
    }

    /// The instance closes the connection at about the moment when the next request is sent.
    @Test
    void a_post_that_is_on_its_way_when_the_connection_is_closed_is_known_not_to_have_been_taken() throws Exception {
        int rounds = 1_000;
        var results = new HashMap<String, Integer>();
        try (var fixture = TransportFixture.to(wire -> {
            wire.read();
            wire.send(FakeInstance.OK);
        })) {
            for (int i = 0; i < rounds; i++) {
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(60_000));
                var result = fixture.execute(post(buffered("x")));
                results.merge(result.getClass().getSimpleName(), 1, Integer::sum);
                if (result instanceof AttemptResult.Responded(var response)) {
                    response.copyBodyTo(OutputStream.nullOutputStream());
                    response.close();
                }
            }
        }
        assertThat(results).doesNotContainKey("MaybeSent");
    }

    @RepeatedTest(3)
    void connection_that_was_in_use_when_another_broke_is_not_used_again() throws Exception {
        var taken = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        try (var fixture = TransportFixture.to(wire -> {
                    for (HttpMessage request; (request = wire.read()) != null; ) {
                        if (request.startLine().contains("/broken")) {
                            return;
                        }
                        if (request.startLine().contains("/slow")) {
                            taken.countDown();
                            go.await();
                        }
                        wire.send(FakeInstance.OK);
                    }
                });
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var slow = threads.submit(() -> fixture.fetch(get("/slow")));
            taken.await();
            fixture.fetch(get("/"));
            assertThat(fixture.execute(get("/broken"))).isInstanceOf(AttemptResult.MaybeSent.class);
            go.countDown();
            assertThat(slow.get()).isEqualTo("ok");
            assertThat(fixture.fetch(post(buffered("x")))).isEqualTo("ok");
            assertThat(fixture.instance().connections()).isEqualTo(3);
        }
    }

    @RepeatedTest(3)
    void an_instance_that_is_asked_to_close_does_not_say_goodbye_when_it_agrees() throws Exception {
        try (var fixture = TransportFixture.to(wire -> {
            HttpMessage request = Objects.requireNonNull(wire.read());
            String connection = "Connection: " + request.header("Connection");
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + connection + "\r\n\r\nok");
        })) {
            fixture.fetch(get("/"));
            awaitClosed(fixture.instance());
            fixture.fetch(get("/"));
            try (var response = fixture.respond(get("/"))) {
                assertThat(fixture.instance().requests().getLast().header("Connection"))
                        .isEqualTo("close");
                assertThat(response.closesConnection()).isFalse();
            }
        }
    }
}
