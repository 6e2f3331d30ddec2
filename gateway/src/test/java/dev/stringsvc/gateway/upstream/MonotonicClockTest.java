package dev.stringsvc.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MonotonicClockTest {
    @Test
    void goes_on_where_the_machines_clock_is_set_back() {
        var wall = new ManualClock();
        var nanos = new AtomicLong(Long.MAX_VALUE - 5);
        Instant begin = wall.instant();
        Clock steady = MonotonicClock.start(wall, nanos::get);
        wall.advance(Duration.ofHours(-1));
        nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        assertThat(steady.instant()).isEqualTo(begin.plusSeconds(3));
    }
}
