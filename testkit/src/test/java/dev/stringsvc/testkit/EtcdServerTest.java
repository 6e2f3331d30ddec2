package dev.stringsvc.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EtcdServerTest {
    private final EtcdServer etcd = EtcdServer.start();

    @AfterEach
    void stop() {
        etcd.close();
    }

    @Test
    void keeps_its_address_and_its_data_when_it_restarts_and_can_lose_the_data() {
        long first = etcd.put("/a", "1");
        assertThat(etcd.put("/b", "2")).isEqualTo(first + 1);
        assertThat(etcd.delete("/a")).isEqualTo(first + 2);
        String address = etcd.address();
        etcd.compact(first + 2);

        etcd.kill();
        assertThatThrownBy(etcd::keys).isInstanceOf(UncheckedIOException.class);
        etcd.restart();
        assertThat(etcd.keys()).containsExactly("/b");

        etcd.restartEmpty();
        assertThat(etcd.keys()).isEmpty();
        assertThat(etcd.address()).isEqualTo(address);
    }

    @Test
    void shows_what_etcd_printed_when_it_cannot_start() {
        assertThatThrownBy(() -> EtcdServer.start("--no-such-option")).hasMessageContaining("no-such-option");
    }
}
