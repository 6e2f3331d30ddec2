package dev.stringsvc.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.EtcdServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PrefixFollowerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final AtomicInteger TESTS = new AtomicInteger();
    private static final EtcdServer ETCD = EtcdServer.start();

    private final String prefix = "/test-" + TESTS.incrementAndGet() + "/";
    private final Relay network = new Relay(ETCD.port());
    private final EtcdClient client = client(network.address());
    private final Heard heard = new Heard();

    /// All keys and values of each call as `a=1,b=2`, and failures as `!`.
    private final class Heard implements PrefixFollower.Listener {
        final List<String> all = new CopyOnWriteArrayList<>();
        final List<String> reasons = new CopyOnWriteArrayList<>();

        @Override
        public void changed(List<KeyValue> entries, long revision) {
            all.add(String.join(
                    ",",
                    entries.stream()
                            .map(entry -> entry.key().substring(prefix.length()) + "=" + entry.value())
                            .toList()));
        }

        @Override
        public void failed(String reason) {
            reasons.add(reason);
            all.add("!");
        }

        void awaitLast(String wanted) {
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(all).last().isEqualTo(wanted));
        }
    }

    @AfterAll
    static void stop() {
        ETCD.close();
    }

    @AfterEach
    void close() {
        client.close();
        network.close();
    }

    private static EtcdClient client(String endpoint) {
        return new EtcdClient(
                EtcdConfig.at(endpoint),
                new EtcdLimits(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(30), 100_000));
    }

    private PrefixFollower follow() {
        return PrefixFollower.start(
                client,
                prefix,
                heard,
                new Backoff(Duration.ofMillis(20), Duration.ofMillis(100), RandomGenerator.getDefault()));
    }

    @Test
    void tells_all_keys_after_each_change() {
        ETCD.put(prefix + "b", "1");
        try (var _ = follow()) {
            heard.awaitLast("b=1");
            ETCD.put(prefix + "a", "1");
            heard.awaitLast("a=1,b=1");
            ETCD.put("/other", "1");
            ETCD.put(prefix + "b", "2");
            heard.awaitLast("a=1,b=2");
            ETCD.delete(prefix + "b");
            heard.awaitLast("a=1");
            assertThat(heard.all).containsExactly("b=1", "a=1,b=1", "a=1,b=2", "a=1");
        }
        long unseen = ETCD.put(prefix + "c", "1");
        assertThat(ETCD.put(prefix + "c", "2")).isEqualTo(unseen + 1);
        assertThat(heard.all).hasSize(4);
    }

    @Test
    void goes_on_where_it_was_when_the_network_was_away_and_says_so_meanwhile() {
        try (var _ = follow()) {
            heard.awaitLast("");
            ETCD.put(prefix + "a", "1");
            heard.awaitLast("a=1");
            network.cut();
            heard.awaitLast("!");
            ETCD.put(prefix + "a", "2");
            ETCD.put(prefix + "b", "1");
            network.mend();
            heard.awaitLast("a=2,b=1");
            // not listed anew: the keys of before are told again, and then the changes
            assertThat(heard.all).containsSubsequence("!", "a=1", "a=2,b=1");
            assertThat(heard.reasons).last().asString().startsWith("etcd at http://" + network.address());
        }
    }

    @Test
    void says_that_etcd_answers_again_even_if_nothing_has_changed() {
        ETCD.put(prefix + "a", "1");
        network.cut();
        try (var _ = follow()) {
            heard.awaitLast("!");
            network.mend();
            heard.awaitLast("a=1");
            network.cut();
            heard.awaitLast("!");
            network.mend();
            heard.awaitLast("a=1");
        }
    }

    @Test
    void lists_anew_when_the_changes_are_compacted() {
        ETCD.put(prefix + "a", "1");
        try (var _ = follow()) {
            heard.awaitLast("a=1");
            network.cut();
            heard.awaitLast("!");
            ETCD.delete(prefix + "a");
            ETCD.put(prefix + "b", "1");
            ETCD.compact(ETCD.put(prefix + "b", "2"));
            network.mend();
            heard.awaitLast("b=2");
            assertThat(heard.all).doesNotContain("b=1", "a=1,b=1");
        }
    }

    @Test
    void lists_anew_when_etcd_has_lost_its_data() {
        for (int i = 0; i < 5; i++) {
            ETCD.put(prefix + "a", "1");
        }
        try (var _ = follow()) {
            heard.awaitLast("a=1");
            ETCD.restartEmpty();
            heard.awaitLast("");
            ETCD.put(prefix + "b", "1");
            heard.awaitLast("b=1");
        }
    }

    @Test
    void says_that_etcd_still_answers_when_nothing_changes() {
        ETCD.put(prefix + "a", "1");
        try (var impatient = new EtcdClient(
                        EtcdConfig.at(network.address()),
                        new EtcdLimits(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofMillis(100), 100_000));
                var _ = PrefixFollower.start(impatient, prefix, heard)) {
            await().atMost(PATIENCE).until(() -> heard.all.size() > 3);
            assertThat(heard.all).containsOnly("a=1");
        }
    }

    @Test
    void refuses_keys_that_grow_beyond_the_largest_listing_and_goes_on_when_they_shrink() {
        try (var _ = follow()) {
            heard.awaitLast("");
            String large = "x".repeat(40_000);
            for (String key : List.of("a", "b", "c")) {
                ETCD.put(prefix + key, large);
            }
            heard.awaitLast("!");
            assertThat(heard.reasons.getFirst()).isEqualTo("the keys below " + prefix + " hold more than 100000 bytes");
            await().atMost(PATIENCE).until(() -> heard.reasons.getLast().endsWith(" answered more than 100000 bytes"));
            ETCD.delete(prefix + "a");
            ETCD.delete(prefix + "b");
            ETCD.put(prefix + "c", "1");
            heard.awaitLast("c=1");
        }
    }

    @Test
    void goes_on_when_a_listener_fails() {
        var calls = new AtomicInteger();
        var failing = new PrefixFollower.Listener() {
            @Override
            public void changed(List<KeyValue> entries, long revision) {
                calls.incrementAndGet();
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void failed(String reason) {}
        };
        try (var _ = PrefixFollower.start(client, prefix, failing)) {
            await().atMost(PATIENCE).until(() -> calls.get() == 1);
            ETCD.put(prefix + "a", "1");
            await().atMost(PATIENCE).until(() -> calls.get() == 2);
        }
    }

    @Test
    void keeps_listing_while_every_watch_is_garbage() {
        try (var scripted = new ScriptedEtcd();
                var other = client(scripted.address())) {
            scripted.answer("/v3/kv/range", 200, "{\"header\":{\"revision\":\"5\"}}");
            scripted.answer(
                    "/v3/watch", 200, "{\"result\":{\"header\":{\"revision\":\"5\"},\"created\":true}}\n<html>\n");
            try (var _ = PrefixFollower.start(
                    other,
                    prefix,
                    heard,
                    new Backoff(Duration.ofMillis(20), Duration.ofMillis(100), RandomGenerator.getDefault()))) {
                heard.awaitLast("");
                scripted.answer(
                        "/v3/kv/range",
                        200,
                        "{\"header\":{\"revision\":\"6\"},\"kvs\":[{\"key\":\"%s\",\"value\":\"MQ==\"}]}"
                                .formatted(Keys.encode(prefix + "a")));
                heard.awaitLast("a=1");
            }
        }
    }
}
