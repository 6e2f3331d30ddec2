package dev.stringsvc.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatenciesTest {
    private final Latencies latencies = new Latencies();

    @ParameterizedTest
    @ValueSource(longs = {16_384, 20_000, 1_000_000, 7_654_321, 999_999_999, 3_600_000_000_000L})
    void a_time_is_rounded_up_by_a_quarter_at_most(long nanos) {
        latencies.add(nanos);
        assertThat(latencies.quantile(1)).isBetween(nanos, nanos + nanos / 4);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, Long.MAX_VALUE})
    void extreme_times_are_counted_in_the_first_and_the_last_bucket(long nanos) {
        latencies.add(nanos);
        assertThat(latencies.count()).isEqualTo(1);
        assertThat(latencies.quantile(0.5)).isPositive();
    }

    @Test
    void quantiles_are_those_of_the_times() {
        for (int i = 1; i <= 100; i++) {
            latencies.add(Duration.ofMillis(i).toNanos());
        }
        assertThat(latencies.quantile(0.5)).isBetween(50_000_000L, 63_000_000L);
        assertThat(latencies.quantile(0.99)).isBetween(99_000_000L, 124_000_000L);
        assertThat(new Latencies().quantile(0.99)).isZero();
    }

    @Test
    void only_the_slowest_hundredth_is_slow_and_only_once_there_is_a_minute_to_compare_with() {
        var slowest = new SlowestRequests();
        for (int i = 1; i <= 1_000; i++) {
            assertThat(slowest.isAmong(Duration.ofMillis(i % 100).toNanos(), 0)).isFalse();
        }
        assertThat(slowest.isAmong(Duration.ofMillis(50).toNanos(), 60_000)).isFalse();
        assertThat(slowest.isAmong(Duration.ofMillis(200).toNanos(), 60_001)).isTrue();
    }
}
