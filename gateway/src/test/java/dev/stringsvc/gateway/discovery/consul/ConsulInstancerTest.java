package dev.stringsvc.gateway.discovery.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Failure;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Snapshot;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.LeftOutLog;
import dev.stringsvc.gateway.discovery.Pace;
import dev.stringsvc.program.Environment;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ConsulInstancerTest {
    private static final String FIRST = "/v1/health/service/web?tag=t null";

    private final BlockingQueue<DiscoveryEvent> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Duration> slept = new LinkedBlockingQueue<>();
    private final FakeConsul consul = new FakeConsul();
    private final ConsulClient client = new ConsulClient(ConsulSettings.at(consul.url()), Duration.ofSeconds(30));
    private final ConsulInstancer instancer =
            new ConsulInstancer(client, "web", List.of("t"), new Pace(System::nanoTime, () -> 0, slept::add));

    @AfterEach
    void stop() {
        instancer.close();
        client.close();
        consul.close();
    }

    private void watch() {
        instancer.watch(events::add);
    }

    private static String blocking(long index) {
        // the client's own order of parameters
        return "index=" + index;
    }

    private Snapshot snapshot() throws InterruptedException {
        return (Snapshot) events.take();
    }

    private static List<String> ids(Snapshot snapshot) {
        return snapshot.instances().stream().map(Instance::id).toList();
    }

    @Test
    void asks_at_once_and_then_waits_for_news_from_the_index_it_has() throws Exception {
        consul.thenInstances(12, "a", "b");
        consul.thenInstances(13, "a");
        watch();
        assertThat(consul.nextQuery()).isEqualTo(FIRST);
        assertThat(ids(snapshot())).containsExactly("a", "b");
        assertThat(consul.nextQuery()).contains("tag=t", blocking(12), "wait=30s");
        Snapshot second = snapshot();
        assertThat(ids(second)).containsExactly("a");
        assertThat(second.index()).isEqualTo(13);
        assertThat(consul.nextQuery()).contains(blocking(13));
    }

    @Test
    void takes_address_port_tags_and_meta_and_falls_back_to_the_nodes_address() throws Exception {
        consul.then(exchange -> FakeConsul.send(
                exchange,
                200,
                "[" + FakeConsul.health("a", "", 80) + "," + FakeConsul.health("b", "fe80::1", 81) + "]"));
        watch();
        assertThat(snapshot().instances())
                .containsExactly(
                        new Instance("a", "10.9.9.9", 80, List.of("t"), Map.of("version", "1")),
                        new Instance("b", "fe80::1", 81, List.of("t"), Map.of("version", "1")));
    }

    @Test
    void leaves_out_an_instance_without_a_port_and_keeps_the_others() throws Exception {
        consul.then(exchange -> FakeConsul.send(
                exchange, 200, "[" + FakeConsul.health("a", "h", 0) + "," + FakeConsul.health("b", "h", 81) + "]"));
        watch();
        assertThat(ids(snapshot())).containsExactly("b");
    }

    @Test
    void null_for_tags_and_meta_is_as_good_as_none() throws Exception {
        consul.then(exchange -> FakeConsul.send(exchange, 200, """
                [{"Node": {"Node": "n", "Address": "10.9.9.9", "Meta": null, "TaggedAddresses": null},
                  "Service": {"ID": "a", "Service": "web", "Tags": null, "Meta": null, "Address": "", "Port": 80},
                  "Checks": null}]"""));
        watch();
        assertThat(snapshot().instances()).containsExactly(Instance.of("a", "10.9.9.9", 80));
    }

    @Test
    void takes_the_weight_that_an_instance_has_while_it_passes_and_1_where_none_is_told() throws Exception {
        String weighted = FakeConsul.health("a", "h", 80)
                .replace("\"Port\"", "\"Weights\": {\"Passing\": 10, \"Warning\": 2}, \"Port\"");
        consul.then(exchange ->
                FakeConsul.send(exchange, 200, "[" + weighted + "," + FakeConsul.health("b", "h", 81) + "]"));
        watch();
        assertThat(snapshot().instances()).extracting(Instance::weight).containsExactly(10, 1);
    }

    /// Each value is one entry of three, of which the first and the last are valid.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "7",
                "[]",
                "{}",
                "{'Node': null, 'Service': null}",
                "{'Service': {'ID': 'x', 'Port': 80}}",
                "{'Service': {'ID': 'x', 'Address': 'h'}}",
                "{'Service': {'ID': 'x', 'Address': 'h', 'Port': 0}}",
                "{'Service': {'ID': 'x', 'Address': 'h', 'Port': 65536}}",
                "{'Service': {'ID': 'x', 'Address': 'h', 'Port': -1}}",
                "{'Service': {'ID': 'x', 'Address': 'h', 'Port': '80'}}",
                "{'Service': {'ID': 'x', 'Address': 'h', 'Port': 80.5}}",
                "{'Service': {'ID': '', 'Address': 'h', 'Port': 80}}",
                "{'Service': {'ID': 7, 'Address': 'h', 'Port': 80}}",
                "{'Service': {'ID': 'x', 'Address': 'a b', 'Port': 80}}",
                "{'Service': {'ID': 'x', 'Address': ' ', 'Port': 80}}",
                "{'Service': {'ID': 'x', 'Address': 'h/..', 'Port': 80}}",
                "{'Service': {'ID': 'x', 'Address': 'http://h', 'Port': 80}}",
                "{'Service': {'ID': 'x', 'Address': '::zz', 'Port': 80}}",
                "{'Service': {'ID': 'x', 'Address': ['h'], 'Port': 80}}",
                "{'Service': {'ID': 'x', 'Address': 'h', 'Port': 80, 'Tags': 'a'}}",
                "{'Service': {'ID': 'x', 'Address': 'h', 'Port': 80, 'Tags': [null]}}",
                "{'Service': {'ID': 'x', 'Address': 'h', 'Port': 80, 'Meta': {'a': 1}}}",
                "{'Service': {'ID': 'x', 'Address': 'h', 'Port': 80, 'Meta': []}}",
                "{'Service': {'ID': 'x', 'Address': 'h', 'Port': 80, 'Weights': {'Passing': -1}}}",
                "{'Service': {'ID': 'x', 'Address': 'h', 'Port': 80, 'Weights': {'Passing': 'many'}}}",
                "{'Node': {'Address': ''}, 'Service': {'ID': 'x', 'Address': '', 'Port': 80}}"
            })
    void one_bad_entry_is_left_out_and_the_others_are_used(String entry) throws Exception {
        consul.then(exchange -> FakeConsul.send(
                exchange,
                200,
                "[" + FakeConsul.health("a", "h", 80) + "," + entry.replace('\'', '"') + ","
                        + FakeConsul.health("b", "h", 81) + "]"));
        watch();
        assertThat(ids(snapshot())).containsExactly("a", "b");
    }

    @Test
    void what_is_not_used_may_be_anything() throws Exception {
        String entry = FakeConsul.health("a", "h", 80)
                .replace("\"Port\"", "\"TaggedAddresses\": {\"lan\": \"x\"}, \"Proxy\": 7, \"Port\"")
                .replace("\"Node\": \"n\"", "\"TaggedAddresses\": {\"lan\": 7}")
                .replace("\"Checks\": []", "\"Checks\": 7");
        consul.then(exchange -> FakeConsul.send(exchange, 200, "[" + entry + "]"));
        watch();
        assertThat(ids(snapshot())).containsExactly("a");
    }

    @Test
    void what_is_not_used_may_be_as_long_and_as_deep_as_it_likes() throws Exception {
        String deep = "[".repeat(10_000) + "]".repeat(10_000);
        String entry = FakeConsul.health("a", "h", 80)
                .replace(
                        "\"Port\"",
                        "\"TaggedAddresses\": {\"" + "k".repeat(60_000) + "\": {}}, \"Proxy\": {\"Config\": " + deep
                                + "}, \"Port\"");
        String bad = FakeConsul.health("b", "h", 80).replace("[\"t\"]", deep);
        consul.then(exchange ->
                FakeConsul.send(exchange, 200, "[" + entry + "," + bad + "," + FakeConsul.health("c", "h", 80) + "]"));
        watch();
        assertThat(ids(snapshot())).containsExactly("a", "c");
    }

    @Test
    void what_is_deeper_than_any_answer_of_consul_fails_one_query() throws Exception {
        consul.then(exchange -> FakeConsul.send(exchange, 200, "[{\"Service\": " + "[".repeat(1_000_000)));
        consul.thenInstances(12, "a");
        watch();
        assertThat(((Failure) events.take()).reason())
                .contains("is not understood")
                .hasSizeLessThan(1_000);
        assertThat(ids(snapshot())).containsExactly("a");
    }

    @Test
    void an_id_is_cut_and_cannot_forge_a_line() throws Exception {
        consul.then(exchange -> FakeConsul.send(
                exchange,
                200,
                "[" + FakeConsul.health("i".repeat(200_000) + "1", "h", 80) + ","
                        + FakeConsul.health("i".repeat(200_000) + "2", "h", 80) + ","
                        + FakeConsul.health("a\\nmsg=forged", "h", 80) + "]"));
        watch();
        List<String> ids = ids(snapshot());
        assertThat(ids).doesNotHaveDuplicates().allSatisfy(id -> assertThat(id).hasSizeLessThanOrEqualTo(128));
        assertThat(ids.getLast()).isEqualTo("a\\u000amsg=forged");
    }

    @Test
    void what_is_left_out_is_named_once_for_each_change() throws Exception {
        String bad = FakeConsul.health("bad", "h", 0);
        String worse = FakeConsul.health("w".repeat(100_000) + "\\n", "h h", 80);
        for (String answer : List.of(bad, bad, bad + "," + worse, bad + "," + worse, worse)) {
            consul.then(exchange -> {
                exchange.getResponseHeaders().set("X-Consul-Index", "7");
                FakeConsul.send(exchange, 200, "[" + FakeConsul.health("a", "h", 80) + "," + answer + "]");
            });
        }
        List<String> lines = new CopyOnWriteArrayList<>();
        Logger logger = Logger.getLogger(LeftOutLog.class.getName());
        var handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(new SimpleFormatter().formatMessage(line));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        try {
            watch();
            for (int i = 0; i < 5; i++) {
                assertThat(ids(snapshot())).containsExactly("a");
            }
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).isEqualTo("web: bad is left out, Port: expected 1 to 65535, got 0");
        assertThat(lines.getLast())
                .startsWith("web: www")
                .contains("Address: expected")
                .hasSizeLessThan(256);
    }

    private void thenUnled(String leader, String... instances) {
        consul.then(exchange -> {
            exchange.getResponseHeaders().set(FakeConsul.KNOWN_LEADER, leader);
            FakeConsul.send(exchange, 200, "[" + String.join(",", instances) + "]");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", ""})
    void without_a_leader_what_is_known_stands_and_only_at_first_it_is_better_than_nothing(String leader)
            throws Exception {
        thenUnled(leader);
        thenUnled(leader, FakeConsul.health("a", "h", 80));
        thenUnled(leader, FakeConsul.health("a", "h", 80));
        thenUnled(leader, FakeConsul.health("b", "h", 80));
        consul.thenInstances(12, "c");
        thenUnled(leader, FakeConsul.health("a", "h", 80));
        thenUnled(leader);
        consul.thenInstances(13, "d");
        watch();
        assertThat(events.take()).isInstanceOf(Failure.class);
        assertThat(ids(snapshot())).containsExactly("a");
        assertThat(((Failure) events.take()).reason()).contains("no leader");
        assertThat(events.take()).isInstanceOf(Failure.class);
        assertThat(ids(snapshot())).containsExactly("b");
        assertThat(events.take()).isInstanceOf(Failure.class);
        assertThat(ids(snapshot())).containsExactly("c");
        assertThat(events.take()).isInstanceOf(Failure.class);
        assertThat(events.take()).isInstanceOf(Failure.class);
        assertThat(ids(snapshot())).containsExactly("d");
        assertThat(slept).hasSize(6);
    }

    @Test
    void an_agent_that_answers_at_once_without_news_is_asked_at_the_steady_rate() throws Exception {
        var nanos = new AtomicLong();
        int answers = 50;
        for (int i = 0; i < answers; i++) {
            consul.thenInstances(12, "a");
        }
        var steady = new Pace(nanos::get, () -> 0, delay -> nanos.addAndGet(delay.toNanos()));
        try (var eager = new ConsulInstancer(client, "web", List.of("t"), steady)) {
            eager.watch(events::add);
            for (int i = 0; i < answers; i++) {
                assertThat(ids(snapshot())).containsExactly("a");
            }
            assertThat(Duration.ofNanos(nanos.get()))
                    .isGreaterThanOrEqualTo(Duration.ofSeconds((answers - Pace.BURST) / Pace.PER_SECOND));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void an_agent_whose_indexes_never_grow_is_asked_once_a_second(int step) throws Exception {
        var nanos = new AtomicLong();
        int answers = 20;
        for (int i = 0; i < answers; i++) {
            consul.thenInstances(step * (i - 100L), "a");
        }
        var steady = new Pace(nanos::get, () -> 0, delay -> nanos.addAndGet(delay.toNanos()));
        try (var eager = new ConsulInstancer(client, "web", List.of("t"), steady)) {
            eager.watch(events::add);
            for (int i = 0; i < answers; i++) {
                snapshot();
            }
            assertThat(Duration.ofNanos(nanos.get())).isGreaterThanOrEqualTo(Duration.ofSeconds(answers - 3));
        }
    }

    @ParameterizedTest
    @CsvSource({"5", "0", "-1"})
    void an_index_that_fell_or_is_missing_begins_anew_and_the_answer_still_counts(long index) throws Exception {
        consul.thenInstances(12, "a");
        consul.thenInstances(index, "b");
        consul.thenInstances(9, "c");
        watch();
        assertThat(ids(snapshot())).containsExactly("a");
        assertThat(ids(snapshot())).containsExactly("b");
        assertThat(ids(snapshot())).containsExactly("c");
        assertThat(consul.nextQuery()).isEqualTo(FIRST);
        assertThat(consul.nextQuery()).contains(blocking(12));
        assertThat(consul.nextQuery()).isEqualTo(FIRST);
        assertThat(consul.nextQuery()).contains(blocking(9));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            500 | No cluster leader  | answered 500
            429 | slow down          | answered 429
            403 | Permission denied  | must allow to read the service
            200 | <html>busy</html>  | is not understood
            200 | null               | is not understood
            """)
    void a_failure_is_told_with_its_reason_and_asked_again_from_the_start(int status, String body, String reason)
            throws Exception {
        consul.thenInstances(12, "a");
        consul.then(exchange -> FakeConsul.send(exchange, status, body));
        consul.thenInstances(13, "b");
        watch();
        snapshot();
        assertThat(((Failure) events.take()).reason()).contains(reason, consul.url());
        assertThat(ids(snapshot())).containsExactly("b");
        assertThat(slept).containsExactly(Pace.SHORTEST_DELAY);
        assertThat(consul.nextQuery()).isEqualTo(FIRST);
        assertThat(consul.nextQuery()).contains(blocking(12));
        assertThat(consul.nextQuery()).isEqualTo(FIRST);
    }

    @Test
    void a_cut_line_is_a_failure() throws Exception {
        consul.then(exchange -> exchange.sendResponseHeaders(200, 100));
        consul.thenInstances(13, "b");
        watch();
        assertThat(events.take()).isInstanceOf(Failure.class);
        assertThat(ids(snapshot())).containsExactly("b");
    }

    @Test
    void a_listener_that_throws_does_not_end_the_watch() throws Exception {
        consul.thenInstances(1, "a");
        consul.thenInstances(2, "b");
        Consumer<DiscoveryEvent> listener = event -> {
            events.add(event);
            throw new AssertionError("a listener's bug");
        };
        instancer.watch(listener);
        assertThat(ids(snapshot())).containsExactly("a");
        assertThat(ids(snapshot())).containsExactly("b");
    }

    @Test
    void closing_ends_the_query_in_flight() throws Exception {
        try (var agent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var held = new ConsulClient(
                        ConsulSettings.at("127.0.0.1:" + agent.getLocalPort()), Duration.ofSeconds(30))) {
            var watch = new ConsulInstancer(held, "web", List.of());
            watch.watch(events::add);
            try (Socket query = agent.accept()) {
                var in = new BufferedReader(new InputStreamReader(query.getInputStream(), StandardCharsets.US_ASCII));
                assertThat(in.lines().takeWhile(line -> !line.isEmpty())).isNotEmpty();
                watch.close();
                assertThat(in.read()).isEqualTo(-1);
            }
        }
        assertThat(events).isEmpty();
    }

    @Test
    void the_token_goes_in_a_header() throws Exception {
        try (var withToken = new ConsulClient(
                ConsulSettings.of(
                        new Environment(Map.of("CONSUL_HTTP_ADDR", consul.url(), "CONSUL_HTTP_TOKEN", "secret")),
                        Optional.empty()),
                Duration.ofSeconds(30))) {
            consul.thenInstances(1);
            assertThat(withToken.instances("web", List.of(), 0).found().isEmpty())
                    .isTrue();
            assertThat(consul.nextQuery()).isEqualTo("/v1/health/service/web secret");
        }
    }

    @Test
    void close_waits_for_a_listener_that_is_being_called() throws Exception {
        consul.thenInstances(12, "a");
        var called = new CountDownLatch(1);
        var goOn = new Semaphore(0);
        var over = new AtomicBoolean();
        instancer.watch(event -> {
            called.countDown();
            goOn.acquireUninterruptibly();
            over.set(true);
        });
        called.await();
        Thread closing = Thread.ofVirtual().start(instancer::close);
        assertThat(closing.join(Duration.ofMillis(200))).as("closed").isFalse();
        goOn.release();
        assertThat(closing.join(Duration.ofSeconds(8))).as("closed").isTrue();
        assertThat(over).isTrue();
    }
}
