package dev.stringsvc.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConnectionEvictorTest {
    private final List<Fake> all = new ArrayList<>();
    private final List<Fake> closed = new ArrayList<>();
    private long millis;
    private int looks;
    private final ConnectionEvictor open = new ConnectionEvictor(
            () -> {
                looks++;
                return List.copyOf(all);
            },
            () -> TimeUnit.MILLISECONDS.toNanos(millis));

    /// A connection that has been idle, or whose head has been arriving, since some time.
    private final class Fake implements ConnectionEvictor.Closable {
        private long idleSince = -1;
        private long headSince = -1;

        @Override
        public long idleMillis() {
            return idleSince < 0 ? -1 : millis - idleSince;
        }

        @Override
        public long headMillis() {
            return headSince < 0 ? -1 : millis - headSince;
        }

        @Override
        public void giveUp() {
            all.remove(this);
            closed.add(this);
        }
    }

    private Fake idleSince(long since) {
        var fake = new Fake();
        fake.idleSince = since;
        all.add(fake);
        return fake;
    }

    private Fake headSince(long since) {
        var fake = new Fake();
        fake.headSince = since;
        all.add(fake);
        return fake;
    }

    @Test
    void closes_the_one_that_has_been_idle_longest() {
        millis = 5_000;
        idleSince(4_000);
        Fake longest = idleSince(1_000);
        idleSince(2_000);
        headSince(0);
        assertThat(open.closeOne()).isTrue();
        assertThat(closed).containsExactly(longest);
    }

    @Test
    void a_flood_costs_one_look_for_many_connections() {
        millis = 100_000;
        List<Fake> fakes =
                IntStream.range(0, 640).mapToObj(i -> idleSince(i * 100L)).toList();
        for (int i = 0; i < 640; i++) {
            assertThat(open.closeOne()).isTrue();
        }
        assertThat(closed).isEqualTo(fakes);
        assertThat(looks).isEqualTo(10);
    }

    @Test
    void one_that_was_used_since_it_was_found_is_not_closed() {
        millis = 10_000;
        Fake first = idleSince(1_000);
        Fake used = idleSince(2_000);
        Fake third = idleSince(3_000);
        assertThat(open.closeOne()).isTrue();
        used.idleSince = 10_000;
        millis = 11_000;
        assertThat(open.closeOne()).isTrue();
        assertThat(closed).containsExactly(first, third);
    }

    @Test
    void one_with_a_request_is_never_closed_and_looked_for_seldom() {
        millis = 10_000;
        all.add(new Fake());
        for (int i = 0; i < 100; i++) {
            assertThat(open.closeOne()).isFalse();
        }
        assertThat(looks).isEqualTo(1);
        millis += 11;
        idleSince(10_005);
        assertThat(open.closeOne()).isTrue();
    }

    @Test
    void a_head_that_is_late_goes_where_nothing_is_idle() {
        millis = 10_000;
        headSince(9_500);
        Fake late = headSince(8_000);
        assertThat(open.closeOne()).isTrue();
        assertThat(open.closeOne()).isFalse();
        assertThat(closed).containsExactly(late);
    }
}
