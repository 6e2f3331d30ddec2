package dev.stringsvc.consul.registration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static Pace with(double chance) {
        return Pace.standard(new FixedRandom(chance));
    }

    @Test
    void checks_every_two_seconds_plus_or_minus_a_quarter() {
        assertThat(with(0).next()).isEqualTo(Duration.ofMillis(1_500));
        assertThat(with(0.5).next()).isEqualTo(Duration.ofSeconds(2));
        assertThat(with(1).next()).isEqualTo(Duration.ofMillis(2_500));
    }

    @Test
    void waits_twice_as_long_after_each_failure_up_to_five_seconds() {
        assertThat(IntStream.of(1, 2, 3, 4, 5, 6, 7, 1_000_000)
                        .mapToLong(failures -> with(1).afterFailure(failures).toMillis()))
                .containsExactly(250L, 500L, 1_000L, 2_000L, 4_000L, 5_000L, 5_000L, 5_000L);
    }

    @Test
    void half_of_a_wait_after_a_failure_is_random() {
        assertThat(with(0).afterFailure(3)).isEqualTo(Duration.ofMillis(500));
    }
}
