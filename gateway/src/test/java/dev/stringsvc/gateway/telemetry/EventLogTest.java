package dev.stringsvc.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.telemetry.EventLog.Kind;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EventLogTest {
    private final EventLog log = new EventLog(Clock.systemUTC());

    @Test
    void keeps_the_last_events_and_their_numbers() {
        for (int i = 0; i < EventLog.MOST + 10; i++) {
            log.add(Kind.JOINED, "s", "i" + i, null);
        }
        assertThat(log.last()).isEqualTo(EventLog.MOST + 10);
        assertThat(log.after(0)).hasSize(EventLog.MOST).first().matches(event -> event.number() == 11);
        assertThat(log.after(EventLog.MOST + 9)).hasSize(1);
    }

    @Test
    void a_wait_ends_with_the_next_event() throws Exception {
        Thread adding = Thread.startVirtualThread(() -> log.add(Kind.EJECTED, "s", "i", "why"));
        assertThat(log.await(0, Duration.ofMinutes(1))).hasSize(1);
        adding.join();
        assertThat(log.await(1, Duration.ZERO)).isEmpty();
    }
}
