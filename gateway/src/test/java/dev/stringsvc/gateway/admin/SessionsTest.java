package dev.stringsvc.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.upstream.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private final ManualClock clock = new ManualClock();
    private final Sessions sessions = new Sessions(clock);

    @Test
    void a_session_ends_after_twelve_hours() {
        String id = sessions.begin();
        clock.advance(Duration.ofHours(12).minusMillis(1));
        assertThat(sessions.isOpen(id)).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(sessions.isOpen(id)).isFalse();
    }

    @Test
    void a_session_that_was_ended_or_never_began_is_not_open() {
        String id = sessions.begin();
        String other = sessions.begin();
        sessions.end(id);
        assertThat(sessions.isOpen(id)).isFalse();
        assertThat(sessions.isOpen(other)).isTrue();
        assertThat(sessions.isOpen("")).isFalse();
    }

    @Test
    void the_oldest_makes_room() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i <= Sessions.MOST; i++) {
            ids.add(sessions.begin());
        }
        assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.length() == 43);
        assertThat(sessions.isOpen(ids.getFirst())).isFalse();
        assertThat(ids.subList(1, ids.size())).allMatch(sessions::isOpen);
    }
}
