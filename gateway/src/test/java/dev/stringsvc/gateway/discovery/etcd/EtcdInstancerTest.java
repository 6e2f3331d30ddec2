package dev.stringsvc.gateway.discovery.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.etcd.EtcdClient;
import dev.stringsvc.etcd.EtcdConfig;
import dev.stringsvc.etcd.EtcdLimits;
import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Failure;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Snapshot;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.LeftOutLog;
import dev.stringsvc.gateway.discovery.Pace;
import dev.stringsvc.testkit.EtcdServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is special to etcd; the rest is in `InstancerContractTest`.
@Timeout(60)
class EtcdInstancerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String PREFIX = "/services/";
    private static final AtomicInteger TESTS = new AtomicInteger();
    private static final EtcdServer ETCD = EtcdServer.start();

    private final String service = "web-" + TESTS.incrementAndGet();
    private final List<DiscoveryEvent> events = new CopyOnWriteArrayList<>();
    private final EtcdClient client = client(8 << 20);

    @AfterAll
    static void stop() {
        ETCD.close();
    }

    @AfterEach
    void close() {
        client.close();
    }

    /// A client whose limit of silence is short.
    private static EtcdClient client(int bytes) {
        return new EtcdClient(
                EtcdConfig.at(ETCD.address()),
                new EtcdLimits(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofMillis(500), bytes));
    }

    private String key(String name) {
        return PREFIX + service + "/" + name;
    }

    private EtcdInstancer watch(EtcdClient with) {
        var instancer = new EtcdInstancer(with, PREFIX, service);
        instancer.watch(events::add);
        return instancer;
    }

    private List<String> ids() {
        return events.getLast() instanceof Snapshot(var instances, var _, var _)
                ? instances.stream().map(Instance::id).toList()
                : List.of("no snapshot");
    }

    private void awaitIds(String... ids) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(events)
                        .isNotEmpty()
                        .satisfies(all -> assertThat(ids()).containsExactly(ids)));
    }

    @Test
    void only_the_keys_of_the_service_are_instances() {
        ETCD.put(key("a"), "10.0.0.1:80");
        ETCD.put(PREFIX + service + "x/b", "10.0.0.2:80");
        ETCD.put(PREFIX + service, "10.0.0.3:80");
        long revision = ETCD.put(key("zone/c"), "{\"Op\":0,\"Addr\":\"10.0.0.1:80\",\"Metadata\":{\"zone\":\"c\"}}");
        try (var _ = watch(client)) {
            awaitIds("a", "zone/c");
            assertThat(events.getFirst())
                    .isEqualTo(new Snapshot(
                            List.of(
                                    Instance.of("a", "10.0.0.1", 80),
                                    new Instance("zone/c", "10.0.0.1", 80, List.of(), java.util.Map.of("zone", "c"))),
                            revision));
        }
    }

    @Test
    void a_lease_that_ends_takes_its_instance_out() throws Exception {
        ETCD.put(key("a"), "10.0.0.1:80");
        var lease = client.grant(Duration.ofSeconds(1));
        client.put(key("b"), "10.0.0.2:80", lease.id());
        try (var _ = watch(client)) {
            awaitIds("a", "b");
            awaitIds("a");
        }
    }

    @Test
    void a_malformed_value_leaves_that_instance_out_and_the_log_names_its_key_once() {
        List<String> lines = new CopyOnWriteArrayList<>();
        Logger logger = Logger.getLogger(LeftOutLog.class.getName());
        var handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                lines.add(new SimpleFormatter().formatMessage(record));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        ETCD.put(key("a"), "10.0.0.1:80");
        ETCD.put(key("b"), "<html>");
        try (var _ = watch(client)) {
            awaitIds("a");
            ETCD.put(key("c"), "10.0.0.3:80");
            awaitIds("a", "c");
            ETCD.put(key("b"), "10.0.0.2:80");
            awaitIds("a", "b", "c");
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(lines)
                .filteredOn(line -> line.startsWith(service + ": "))
                .containsExactly(service + ": " + key("b")
                        + " is left out, value: expected host:port, or JSON with Addr, got '<html>'");
    }

    @Test
    void many_changes_are_reported_at_the_steady_rate_and_the_last_state_at_once() {
        var turns = new Semaphore(0);
        int changes = 200;
        var pace = new Pace(System::nanoTime, () -> 0, _ -> turns.acquire());
        try (var instancer = new EtcdInstancer(client, PREFIX, service, pace)) {
            instancer.watch(events::add);
            await().atMost(PATIENCE).until(() -> !events.isEmpty());
            long last = 0;
            for (int i = 0; i < changes; i++) {
                last = ETCD.put(key("a"), "10.0.0.1:" + (1_000 + i));
            }
            // a burst was reported, and now it waits; meanwhile the client hears of all changes
            await().atMost(PATIENCE).until(turns::hasQueuedThreads);
            long newest = last;
            await().atMost(PATIENCE).until(() -> {
                turns.release();
                return events.getLast() instanceof Snapshot(var _, var _, long index) && index == newest;
            });
            assertThat(events).hasSizeLessThan(changes / 2);
            assertThat(events.getLast())
                    .isEqualTo(new Snapshot(List.of(Instance.of("a", "10.0.0.1", 1_000 + changes - 1)), last));
        }
    }

    @Test
    void an_etcd_without_news_confirms_what_is_known() {
        ETCD.put(key("a"), "10.0.0.1:80");
        try (var _ = watch(client)) {
            await().atMost(PATIENCE).until(() -> events.size() >= 3);
            assertThat(events).allMatch(event -> event.equals(events.getFirst()));
        }
    }

    @Test
    void an_etcd_that_hangs_is_a_failure_and_is_found_again_when_it_goes_on() {
        ETCD.put(key("a"), "10.0.0.1:80");
        try (var _ = watch(client)) {
            awaitIds("a");
            ETCD.suspend();
            try {
                await().atMost(PATIENCE).until(() -> events.getLast() instanceof Failure);
                assertThat(((Failure) events.getLast()).reason())
                        .isEqualTo("etcd at http://" + ETCD.address() + " did not answer in 2000 ms");
            } finally {
                ETCD.resume();
            }
            awaitIds("a");
        }
    }

    @Test
    void a_listing_that_is_too_large_is_refused_with_the_reason() {
        ETCD.put(key("a"), "10.0.0.1:80");
        ETCD.put(key("b"), " ".repeat(3_000));
        try (var small = client(2_000);
                var _ = watch(small)) {
            await().atMost(PATIENCE).until(() -> !events.isEmpty());
            assertThat(((Failure) events.getFirst()).reason()).endsWith(" answered more than 2000 bytes");
            ETCD.delete(key("b"));
            awaitIds("a");
        }
    }

    @Test
    void a_compacted_watch_is_listed_anew() {
        ETCD.put(key("a"), "10.0.0.1:80");
        try (var _ = watch(client)) {
            awaitIds("a");
            ETCD.suspend();
            await().atMost(PATIENCE).until(() -> events.getLast() instanceof Failure);
            ETCD.resume();
            ETCD.delete(key("a"));
            ETCD.compact(ETCD.put(key("b"), "10.0.0.2:80"));
            awaitIds("b");
        }
    }
}
