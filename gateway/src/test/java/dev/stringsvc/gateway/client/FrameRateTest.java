package dev.stringsvc.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FrameRateTest {
    private final AtomicLong now = new AtomicLong();
    private final FrameRate rate = new FrameRate(now::get);

    private int windowUpdates(int sent) {
        int taken = 0;
        for (int i = 0; i < sent && rate.takesWindowUpdate(); i++) {
            taken++;
        }
        return taken;
    }

    @Test
    void flood_of_window_updates_is_too_much() {
        assertThat(windowUpdates(100_000)).isLessThan(1_000);
    }

    @Test
    void client_may_send_four_window_updates_for_each_piece_of_an_answer() {
        for (int i = 0; i < 5_000; i++) {
            rate.sent(16_384);
            rate.sent(1);
        }
        assertThat(windowUpdates(100_000)).isEqualTo(100_000);
    }

    @Test
    void client_may_send_a_hundred_each_second_for_nothing() {
        for (int second = 0; second < 20; second++) {
            assertThat(windowUpdates(100)).isEqualTo(100);
            now.addAndGet(Duration.ofSeconds(1).toNanos());
        }
    }

    @Test
    void few_changes_of_the_table_are_taken_and_many_are_not() {
        int taken = 0;
        while (taken < 64 && rate.takesTableChange()) {
            taken++;
        }
        assertThat(taken).isBetween(4, 32);
    }
}
