package dev.stringsvc.gateway.discovery.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Failure;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Snapshot;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Pace;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.FakeInstance.Script;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Faults of an agent on the wire: it answers correctly, then repeatedly with a fault, then correctly.
@Timeout(60)
class ConsulFaultTest {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final String HEAD = "HTTP/1.1 200 OK\r\nX-Consul-Index: 12\r\nX-Consul-KnownLeader: true\r\n";
    private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\n";

    private final BlockingQueue<DiscoveryEvent> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Duration> slept = new LinkedBlockingQueue<>();
    private final Semaphore turns = new Semaphore(0);
    private final AtomicInteger queries = new AtomicInteger();
    private volatile boolean healed;

    private static String good(String id) {
        return whole("[" + FakeConsul.health(id, "10.0.0.1", 80) + "]");
    }

    private static String whole(String body) {
        return answer("200 OK", "", body);
    }

    private static String answer(String status, String headers, String body) {
        return "HTTP/1.1 " + status + "\r\nX-Consul-Index: 12\r\nX-Consul-KnownLeader: true\r\n" + headers
                + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    private static Arguments fault(String name, Script script) {
        return Arguments.of(Named.of(name, script), 1);
    }

    /// A fault after which OkHttp repeats the query by itself.
    private static Arguments repeated(String name, int times, Script script) {
        return Arguments.of(Named.of(name, script), times);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("closes at once", wire -> {}),
                fault("hangs before the head", FakeInstance.Wire::awaitEnd),
                fault("hangs within the head", wire -> {
                    wire.send("HTTP/1.1 200 O");
                    wire.awaitEnd();
                }),
                fault("hangs after the head", wire -> {
                    wire.send(HEAD + "Content-Length: 100\r\n\r\n");
                    wire.awaitEnd();
                }),
                fault("hangs within the body", wire -> {
                    wire.send(HEAD + "Content-Length: 100\r\n\r\n[{\"Node\"");
                    wire.awaitEnd();
                }),
                fault("sends a byte now and then", wire -> {
                    wire.send(CHUNKED + chunk("["));
                    while (!Thread.interrupted()) {
                        wire.send(chunk(" "));
                        Thread.sleep(20); // the fault itself: the time between two bytes is shorter than any timeout
                    }
                }),
                fault("cuts the body", wire -> wire.send(HEAD + "Content-Length: 100\r\n\r\n[{\"Node\"")),
                fault("cuts the chunks", wire -> wire.send(CHUNKED + chunk("["))),
                fault("speaks no http", wire -> wire.send("SSH-2.0-OpenSSH_9.2\r\n")),
                fault("never ends", wire -> {
                    wire.send(CHUNKED + chunk("["));
                    String some = chunk((FakeConsul.health("a", "10.0.0.1", 80) + ",").repeat(100));
                    while (!Thread.interrupted()) {
                        wire.send(some);
                    }
                }),
                fault("never begins", wire -> {
                    wire.send(CHUNKED);
                    String blanks = chunk(" ".repeat(10_000));
                    while (!Thread.interrupted()) {
                        wire.send(blanks);
                    }
                }),
                fault("sends html", wire -> wire.send(whole("<!DOCTYPE html><title>Sign in</title>"))),
                fault("sends nothing", wire -> wire.send(whole(""))),
                fault(
                        "sends no content",
                        wire -> wire.send("HTTP/1.1 204 No Content\r\nX-Consul-KnownLeader: true\r\n\r\n")),
                fault("sends null", wire -> wire.send(whole("null"))),
                fault("sends an object", wire -> wire.send(whole("{}"))),
                fault("sends nulls", wire -> wire.send(whole("[null]"))),
                fault(
                        "sends null fields",
                        wire -> wire.send(whole("[{\"Node\": null, \"Service\": null, \"Checks\": null}]"))),
                fault("sends half the json", wire -> wire.send(whole("[" + FakeConsul.health("a", "10.0.0.1", 80)))),
                fault(
                        "sends no number as index",
                        wire -> wire.send("HTTP/1.1 200 OK\r\nX-Consul-Index: soon\r\n"
                                + "X-Consul-KnownLeader: true\r\nContent-Length: 2\r\n\r\n[]")),
                fault("sends 500", wire -> wire.send(answer("500 Internal Server Error", "", "No cluster leader"))),
                fault("sends 403", wire -> wire.send(answer("403 Forbidden", "", "Permission denied"))),
                repeated("sends 408", 2, wire -> wire.send(answer("408 Request Timeout", "", ""))),
                fault(
                        "sends 429",
                        wire -> wire.send(answer("429 Too Many Requests", "Retry-After: 60\r\n", "slow down"))),
                repeated(
                        "sends 503 to repeat now",
                        2,
                        wire -> wire.send(answer("503 Service Unavailable", "Retry-After: 0\r\n", "now"))),
                repeated(
                        "redirects to itself",
                        21,
                        wire -> wire.send(answer("302 Found", "Location: /v1/health/service/web\r\n", ""))),
                fault(
                        "has no leader",
                        wire -> wire.send("HTTP/1.1 200 OK\r\nX-Consul-Index: 12\r\nX-Consul-KnownLeader: false\r\n"
                                + "Content-Length: 2\r\n\r\n[]")),
                fault(
                        "says nothing of a leader",
                        wire -> wire.send("HTTP/1.1 200 OK\r\nX-Consul-Index: 12\r\nContent-Length: 2\r\n\r\n[]")));
    }

    private Script agent(Script fault) {
        var begun = new AtomicBoolean();
        return wire -> {
            while (wire.read() != null) {
                if (!begun.getAndSet(true)) {
                    wire.send(good("before"));
                } else if (healed) {
                    wire.send(good("after")); // each time, since it may be too late on a busy machine
                } else {
                    queries.incrementAndGet();
                    fault.serve(wire);
                    return;
                }
            }
        };
    }

    private static List<String> ids(DiscoveryEvent event) {
        assertThat(event).isInstanceOf(Snapshot.class);
        return ((Snapshot) event).instances().stream().map(Instance::id).toList();
    }

    /// The first query of a process loads most of the client's classes, which takes long on a busy
    /// machine.
    @BeforeAll
    static void askOnce() throws Exception {
        try (var agent = new FakeConsul();
                var client = new ConsulClient(
                        ConsulSettings.at(agent.url()), Duration.ofSeconds(1), Duration.ofSeconds(30))) {
            agent.thenInstances(1, "a");
            assertThat(client.instances("web", List.of(), 0).found().instances())
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    @Execution(ExecutionMode.CONCURRENT)
    void is_a_failure_each_time_and_forgotten_when_it_is_over(Script fault, int times) throws Exception {
        var pace = new Pace(System::nanoTime, () -> 0.5, delay -> {
            slept.add(delay);
            turns.acquire();
        });
        try (var agent = FakeInstance.of(agent(fault));
                var client = new ConsulClient(ConsulSettings.at(agent.address()), Duration.ofSeconds(1), PATIENCE);
                var instancer = new ConsulInstancer(client, "web", List.of(), pace)) {
            instancer.watch(events::add);
            assertThat(ids(events.take())).containsExactly("before");
            Failure first = (Failure) events.take();
            assertThat(first.reason()).contains("Consul").hasSizeLessThan(500).doesNotContain("\n");
            turns.release();
            assertThat(events.take()).isInstanceOf(Failure.class);
            assertThat(queries.get()).isLessThanOrEqualTo(2 * times);
            assertThat(slept).startsWith(Duration.ofMillis(1_500));
            healed = true;
            turns.release(1_000);
            DiscoveryEvent event;
            do {
                event = events.take(); // a failure, if the machine is too busy for this timeout
            } while (event instanceof Failure);
            assertThat(ids(event)).containsExactly("after");
        }
    }
}
