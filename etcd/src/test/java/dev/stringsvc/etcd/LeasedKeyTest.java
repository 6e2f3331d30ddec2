package dev.stringsvc.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.EtcdServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LeasedKeyTest {
    private static final Duration TTL = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final EtcdServer ETCD = EtcdServer.start();

    private final EtcdClient client = client();

    @AfterAll
    static void stop() {
        ETCD.close();
    }

    @AfterEach
    void close() {
        client.close();
    }

    private static EtcdClient client() {
        return new EtcdClient(
                EtcdConfig.at(ETCD.address()),
                new EtcdLimits(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(30), 100_000));
    }

    private static LeasedKey keep(EtcdClient client) {
        return LeasedKey.start(client, TTL, () -> new LeasedKey.Entry("/a", "1"));
    }

    private static void awaitKeys(String... keys) {
        await().atMost(PATIENCE).until(() -> ETCD.keys().equals(List.of(keys)));
    }

    @Test
    void the_key_is_there_until_it_is_closed() throws Exception {
        try (var _ = keep(client)) {
            awaitKeys("/a");
            KeyValue first = client.get("/a").orElseThrow();
            assertThat(first.value()).isEqualTo("1");
            assertThat(first.lease()).isNotZero();
            // kept alive: its time starts anew although nobody else does that
            Duration longer = TTL.multipliedBy(2);
            await().during(longer)
                    .atMost(longer.plus(PATIENCE))
                    .until(() -> client.get("/a").map(KeyValue::lease).orElse(0L) == first.lease());
        }
        assertThat(ETCD.keys()).isEmpty();
    }

    @Test
    void a_key_that_is_lost_is_written_again() throws Exception {
        try (var _ = keep(client)) {
            awaitKeys("/a");
            long lease = client.get("/a").orElseThrow().lease();
            client.revoke(lease);
            awaitKeys("/a");
            assertThat(client.get("/a").orElseThrow().lease()).isNotEqualTo(lease);

            ETCD.delete("/a");
            awaitKeys("/a");

            // somebody else's write takes the key off the lease
            ETCD.put("/a", "other");
            await().atMost(PATIENCE)
                    .until(() -> client.get("/a").map(KeyValue::value).equals(java.util.Optional.of("1")));

            ETCD.restartEmpty();
            awaitKeys("/a");
        }
        assertThat(ETCD.keys()).isEmpty();
    }

    @Test
    void a_program_may_start_before_etcd() {
        ETCD.kill();
        try (var _ = keep(client)) {
            ETCD.restart();
            awaitKeys("/a");
        }
        assertThat(ETCD.keys()).isEmpty();
    }

    @Test
    void the_key_of_a_program_that_was_killed_ends_with_its_lease() {
        EtcdClient killed = client();
        try (var _ = keep(killed)) {
            awaitKeys("/a");
            killed.close(); // so that it can neither keep the lease alive nor revoke it
        }
        assertThat(ETCD.keys()).containsExactly("/a");
        awaitKeys();
    }

    @Test
    void a_program_ends_even_if_etcd_does_not_answer() {
        try (var _ = keep(client)) {
            awaitKeys("/a");
            ETCD.suspend();
        } finally {
            ETCD.resume();
        }
        awaitKeys();
    }

    @Test
    void the_key_follows_the_address_of_the_program() {
        var address = new AtomicReference<String>();
        LeasedKey.Source source = () -> {
            String known = address.get();
            if (known == null) {
                throw new IOException("there is no address yet");
            }
            return new LeasedKey.Entry("/" + known, known);
        };
        try (var _ = LeasedKey.start(client, TTL, source)) {
            address.set("b");
            awaitKeys("/b");
            address.set("c");
            awaitKeys("/c");
        }
        assertThat(ETCD.keys()).isEmpty();
    }
}
