package dev.stringsvc.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaceTest {
    private long nanos;
    private double random;
    private final List<Duration> slept = new ArrayList<>();
    private final Pace pace = new Pace(() -> nanos, () -> random, duration -> {
        slept.add(duration);
        nanos += duration.toNanos();
    });

    @Test
    void a_burst_of_changes_is_asked_for_at_once_and_a_stream_of_them_at_the_steady_rate() throws Exception {
        for (int i = 0; i < Pace.BURST; i++) {
            pace.beforeNext();
        }
        assertThat(slept).isEmpty();
        for (int i = 0; i < 40; i++) {
            pace.beforeNext();
        }
        assertThat(Duration.ofNanos(nanos)).isEqualTo(Duration.ofSeconds(40 / Pace.PER_SECOND));
    }

    @Test
    void a_pause_earns_a_burst_again_and_no_more() throws Exception {
        for (int i = 0; i < 50; i++) {
            pace.beforeNext();
        }
        nanos += Duration.ofHours(1).toNanos();
        slept.clear();
        for (int i = 0; i < Pace.BURST; i++) {
            pace.beforeNext();
        }
        assertThat(slept).isEmpty();
        pace.beforeNext();
        assertThat(slept).hasSize(1);
    }

    @Test
    void failures_wait_at_least_a_second_and_at_most_five() throws Exception {
        for (double r : new double[] {0, 0.5, 0.999_999}) {
            random = r;
            for (int failures = 1; failures < 100; failures++) {
                pace.afterFailure(failures);
            }
        }
        assertThat(slept)
                .allMatch(delay -> delay.compareTo(Pace.SHORTEST_DELAY) >= 0)
                .allMatch(delay -> delay.compareTo(Pace.LONGEST_DELAY) <= 0);
    }

    @Test
    void failures_in_a_row_wait_longer_with_jitter() throws Exception {
        random = 0.5;
        for (int failures = 1; failures <= 4; failures++) {
            pace.afterFailure(failures);
        }
        assertThat(slept)
                .containsExactly(
                        Duration.ofMillis(1_500),
                        Duration.ofMillis(2_500),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(3));
    }
}
