package dev.stringsvc.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.etcd.WatchResult.Change;
import dev.stringsvc.testkit.EtcdServer;
import dev.stringsvc.testkit.Ports;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Against a real etcd. Each test has a prefix of its own.
@Timeout(60)
class EtcdClientTest {
    private static final AtomicInteger TESTS = new AtomicInteger();
    private static final EtcdServer ETCD = EtcdServer.start();

    private final String prefix = "/test-" + TESTS.incrementAndGet() + "/";
    private final EtcdClient client = new EtcdClient(EtcdConfig.at(ETCD.address()));

    @AfterAll
    static void stop() {
        ETCD.close();
    }

    @AfterEach
    void close() {
        client.close();
    }

    private static EtcdClient quick(String endpoints) {
        return new EtcdClient(
                EtcdConfig.at(endpoints),
                new EtcdLimits(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofMillis(200), 100_000));
    }

    @Test
    void lists_the_keys_with_a_prefix_and_no_others() throws EtcdException {
        long first = client.put(prefix + "b", "2", 0);
        long second = client.put(prefix + "a/ü", "1 \n \"", 0);
        client.put(prefix.replace("/test", "/tesu"), "other", 0);
        client.put("/test", "other", 0);

        Range range = client.range(prefix);
        assertThat(range.entries())
                .containsExactly(
                        new KeyValue(prefix + "a/ü", "1 \n \"", second, 0), new KeyValue(prefix + "b", "2", first, 0));
        assertThat(range.revision()).isEqualTo(second + 2);
        assertThat(client.range("").entries()).hasSizeGreaterThanOrEqualTo(4);
        assertThat(client.get(prefix + "b")).map(KeyValue::value).contains("2");
        assertThat(client.get(prefix)).isEmpty();

        assertThat(client.delete(prefix + "b")).isEqualTo(second + 3);
        assertThat(client.delete(prefix + "b")).isEqualTo(second + 3);
        assertThat(client.range(prefix).entries()).hasSize(1);
    }

    @Test
    void a_watch_gives_the_changes_since_a_revision_and_those_that_follow() throws EtcdException {
        long before = client.put(prefix + "a", "0", 0);
        long put = client.put(prefix + "a", "1", 0);
        long deleted = client.delete(prefix + "a");
        try (Watch watch = client.watch(prefix, before + 1)) {
            assertThat(watch.next())
                    .isEqualTo(new WatchResult.Events(
                            List.of(
                                    new Change.Put(new KeyValue(prefix + "a", "1", put, 0)),
                                    new Change.Deleted(prefix + "a")),
                            deleted));
            client.put("/elsewhere", "", 0);
            long later = client.put(prefix + "b", "2", 0);
            assertThat(watch.next())
                    .isEqualTo(new WatchResult.Events(
                            List.of(new Change.Put(new KeyValue(prefix + "b", "2", later, 0))), later));
            assertThat(watch.revision()).isEqualTo(later);
        }
    }

    @Test
    void a_watch_from_a_compacted_revision_says_so() throws EtcdException {
        long before = client.put(prefix + "a", "0", 0);
        client.put(prefix + "a", "1", 0);
        long last = client.put(prefix + "a", "2", 0);
        ETCD.compact(last);
        try (Watch watch = client.watch(prefix, before)) {
            assertThat(watch.next()).isEqualTo(new WatchResult.Compacted(last));
            assertThat(watch.next()).isInstanceOf(WatchResult.Lost.class);
        }
    }

    @Test
    void a_watch_goes_on_after_silence_without_losing_or_repeating_a_change() throws Exception {
        try (EtcdClient impatient = quick(ETCD.address())) {
            long first = impatient.put(prefix + "a", "1", 0);
            try (Watch watch = impatient.watch(prefix, first)) {
                assertThat(watch.next()).isInstanceOf(WatchResult.Events.class);
                assertThat(watch.next()).isEqualTo(new WatchResult.Quiet(first));
                assertThat(watch.next()).isEqualTo(new WatchResult.Quiet(first));
                long second = impatient.put(prefix + "b", "2", 0);
                assertThat(watch.next())
                        .isEqualTo(new WatchResult.Events(
                                List.of(new Change.Put(new KeyValue(prefix + "b", "2", second, 0))), second));
            }
        }
    }

    @Test
    void a_watch_is_lost_with_the_server_and_another_one_goes_on_where_it_was() throws EtcdException {
        long first = client.put(prefix + "a", "1", 0);
        try (Watch watch = client.watch(prefix, first)) {
            assertThat(watch.next()).isInstanceOf(WatchResult.Events.class);
            ETCD.kill();
            assertThat(watch.next())
                    .isInstanceOfSatisfying(
                            WatchResult.Lost.class,
                            lost -> assertThat(lost.reason()).contains("etcd at http://" + ETCD.address()));
            assertThatThrownBy(() -> client.watch(prefix, first))
                    .isInstanceOf(EtcdException.class)
                    .hasMessage("etcd at http://" + ETCD.address() + " cannot be reached: Connection refused");

            ETCD.restart();
            long second = ETCD.put(prefix + "b", "2");
            try (Watch again = client.watch(prefix, watch.revision() + 1)) {
                assertThat(again.next())
                        .isEqualTo(new WatchResult.Events(
                                List.of(new Change.Put(new KeyValue(prefix + "b", "2", second, 0))), second));
            }
        }
    }

    @Test
    void a_watch_notices_that_etcd_has_lost_its_data() throws EtcdException {
        long last = 0;
        for (int i = 0; i < 10; i++) {
            last = client.put(prefix + "a", "1", 0);
        }
        ETCD.restartEmpty();
        try (Watch watch = client.watch(prefix, last + 1)) {
            assertThat(watch.next()).isEqualTo(new WatchResult.Compacted(1));
        }
    }

    @Test
    void closing_a_watch_ends_the_wait_of_another_thread() throws Exception {
        Watch watch = client.watch(prefix, 1_000_000_000L);
        watch.close();
        assertThat(watch.next()).isInstanceOf(WatchResult.Lost.class);

        Watch waiting = client.watch(prefix, client.range(prefix).revision() + 1);
        var result = new CompletableFuture<WatchResult>();
        Thread thread = Thread.startVirtualThread(() -> result.complete(waiting.next()));
        awaitParked(thread);
        waiting.close();
        assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo(new WatchResult.Lost("the watch is closed"));
    }

    @Test
    void an_interrupted_thread_gets_an_exception_of_etcd_and_stays_interrupted() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> client.range(prefix)).isInstanceOf(EtcdException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void closing_the_client_ends_its_calls_and_watches() throws Exception {
        Watch watch = client.watch(prefix, client.range(prefix).revision() + 1);
        ETCD.suspend();
        try {
            var call = CompletableFuture.supplyAsync(() -> kindOf(() -> client.range(prefix)));
            var waiting = CompletableFuture.supplyAsync(watch::next);
            client.close();
            assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo(EtcdException.Kind.CLOSED);
            assertThat(waiting.get(10, TimeUnit.SECONDS)).isInstanceOf(WatchResult.Lost.class);
            assertThat(kindOf(() -> client.watch(prefix, 1))).isEqualTo(EtcdException.Kind.CLOSED);
        } finally {
            ETCD.resume();
        }
    }

    private static void awaitParked(Thread thread) {
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    private interface Failing {
        void call() throws EtcdException;
    }

    private static EtcdException.Kind kindOf(Failing call) {
        try {
            call.call();
            throw new AssertionError("it did not fail");
        } catch (EtcdException e) {
            return e.kind();
        }
    }

    @Test
    void a_lease_takes_its_keys_with_it() throws EtcdException {
        EtcdClient.Lease lease = client.grant(Duration.ofSeconds(60));
        assertThat(lease.ttl()).isEqualTo(Duration.ofSeconds(60));
        client.put(prefix + "a", "1", lease.id());
        assertThat(client.get(prefix + "a")).map(KeyValue::lease).contains(lease.id());
        assertThat(client.keepAlive(lease.id())).isEqualTo(Duration.ofSeconds(60));

        client.revoke(lease.id());
        assertThat(client.get(prefix + "a")).isEmpty();
        assertThat(client.keepAlive(lease.id())).isZero();
        client.revoke(lease.id());
        assertThatThrownBy(() -> client.put(prefix + "a", "1", lease.id()))
                .isInstanceOfSatisfying(
                        EtcdException.class, e -> assertThat(e.kind()).isEqualTo(EtcdException.Kind.NOT_FOUND))
                .hasMessageContaining("requested lease not found");
    }

    @Test
    void asks_the_endpoints_in_turn_and_stays_with_the_one_that_answers() throws EtcdException {
        String dead = "127.0.0.1:" + Ports.free();
        try (EtcdClient several = quick("http://" + dead + ", " + ETCD.address())) {
            long revision = several.put(prefix + "a", "1", 0);
            try (Watch watch = several.watch(prefix, revision)) {
                assertThat(watch.next()).isInstanceOf(WatchResult.Events.class);
            }
        }
        try (EtcdClient none = quick(dead)) {
            assertThatThrownBy(() -> none.range(prefix))
                    .hasMessage("etcd at http://" + dead + " cannot be reached: Connection refused");
        }
    }

    @Test
    void refuses_an_answer_and_an_event_that_are_larger_than_the_limit() throws EtcdException {
        try (EtcdClient limited = quick(ETCD.address())) {
            long revision = client.put(prefix + "a", "x".repeat(200_000), 0);
            assertThatThrownBy(() -> limited.range(prefix)).hasMessageContaining("answered more than 100000 bytes");
            try (Watch watch = limited.watch(prefix, revision)) {
                assertThat(watch.next())
                        .isInstanceOfSatisfying(
                                WatchResult.Lost.class,
                                lost -> assertThat(lost.reason()).contains("answered more than 100000 bytes"));
            }
            limited.delete(prefix + "a");
            assertThat(limited.range(prefix).entries()).isEmpty();
        }
    }
}
