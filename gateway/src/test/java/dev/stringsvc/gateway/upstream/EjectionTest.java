package dev.stringsvc.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.balance.RoundRobin;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Snapshot;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.upstream.Endpoint.State;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Ejection, panic, probes, and suspects that discovery has dropped.
class EjectionTest {
    private static final AttemptResult OK = new AttemptResult.Responded(new Head(200, ""));
    private static final AttemptResult GOODBYE = new AttemptResult.Responded(new Head(200, "close"));
    private static final AttemptResult BROKEN = new AttemptResult.MaybeSent(new IOException("scripted"));
    private static final AttemptResult REFUSED = new AttemptResult.NotSent(new IOException("scripted"), true);

    private final ManualClock clock = new ManualClock();
    private final List<String> heard = new ArrayList<>();
    private final Balancers balancers = Balancers.of(RoundRobin::new);
    private final Upstream upstream = new Upstream(
            "s",
            (host, port) -> new NoTransport(),
            Policies.EJECTION,
            Policies.GUARD,
            new UpstreamListener() {
                @Override
                public void ejected(String service, Endpoint endpoint) {
                    heard.add(endpoint.instance().id());
                }
            },
            clock);

    private void discover(int... numbers) {
        upstream.accept(new Snapshot(
                IntStream.of(numbers)
                        .mapToObj(n -> Instance.of("i" + n, "10.0.0." + n, n))
                        .toList(),
                7));
    }

    private Endpoint endpoint(int n) {
        return upstream.endpoints().stream()
                .filter(endpoint -> endpoint.instance().port() == n)
                .findFirst()
                .orElseThrow();
    }

    private static void attempt(Endpoint endpoint, AttemptResult result, Duration took) {
        try (var permit = endpoint.acquire()) {
            permit.ended(result, took, true, true);
        }
    }

    private void fail(int... numbers) {
        for (int n : numbers) {
            for (int i = 0; i < 5; i++) {
                attempt(endpoint(n), BROKEN, Duration.ZERO);
            }
        }
    }

    private Map<String, Long> picks(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> upstream.pick(List.of(), balancers)
                        .orElseThrow()
                        .instance()
                        .id())
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    private List<State> states() {
        return upstream.endpoints().stream().map(Endpoint::state).toList();
    }

    @Test
    void the_ejected_gets_nothing_and_its_share_spreads_evenly() {
        discover(1, 2, 3, 4);
        fail(2);
        assertThat(picks(300)).containsExactlyInAnyOrderEntriesOf(Map.of("i1", 100L, "i3", 100L, "i4", 100L));
        assertThat(states()).containsExactly(State.ACTIVE, State.EJECTED, State.ACTIVE, State.ACTIVE);
        assertThat(heard).containsExactly("i2");
    }

    @Test
    void whom_the_gateway_did_not_come_to_ask_or_to_read_in_time_stays() {
        discover(1, 2, 3);
        var unasked = new AttemptResult.NotSent(new IOException("scripted"), false);
        var unread = new AttemptResult.TimedOut(Duration.ofSeconds(1), false);
        for (int i = 0; i < 100; i++) {
            attempt(endpoint(2), unasked, Duration.ofSeconds(1));
            attempt(endpoint(3), unread, Duration.ofSeconds(1));
        }
        assertThat(picks(300)).containsOnlyKeys("i1", "i2", "i3");
        assertThat(heard).isEmpty();
    }

    @Test
    void an_ejection_survives_what_discovery_says() {
        discover(1, 2, 3);
        fail(2);
        discover(1, 2, 3, 4);
        assertThat(picks(300)).containsOnlyKeys("i1", "i3", "i4");
        assertThat(heard).containsExactly("i2");
    }

    @Test
    void whoever_left_and_came_back_begins_anew() {
        discover(1, 2, 3);
        fail(2);
        discover(1, 3);
        discover(1, 2, 3);
        assertThat(picks(300)).containsOnlyKeys("i1", "i2", "i3");
    }

    @Test
    void when_more_fail_than_may_be_ejected_all_are_used() {
        discover(1, 2, 3);
        fail(1, 2);
        assertThat(upstream.panic()).isFalse();
        assertThat(picks(100)).containsOnlyKeys("i3");
        fail(3);
        assertThat(upstream.panic()).isTrue();
        assertThat(picks(300)).containsOnlyKeys("i1", "i2", "i3");
    }

    @Test
    void the_only_instance_is_used_however_it_fails() {
        discover(1);
        fail(1);
        assertThat(upstream.panic()).isTrue();
        assertThat(picks(3)).containsOnlyKeys("i1");
    }

    @Test
    void a_panic_lasts_while_instances_fail_every_other_time() {
        discover(1, 2, 3);
        fail(1, 2, 3);
        for (int i = 0; i < 300; i++) {
            attempt(endpoint(1 + i % 3), i / 3 % 2 == 0 ? BROKEN : OK, Duration.ofMillis(1));
        }
        assertThat(upstream.panic()).isTrue();
        assertThat(heard).containsExactly("i1", "i2", "i3");
    }

    @Test
    void a_panic_ends_when_instances_answer_again() {
        discover(1, 2, 3);
        fail(1, 2, 3);
        for (int n = 1; n <= 3; n++) {
            for (int i = 0; i < 10; i++) {
                attempt(endpoint(n), OK, Duration.ofMillis(1));
            }
        }
        assertThat(upstream.panic()).isFalse();
        assertThat(states()).containsOnly(State.ACTIVE);
    }

    @Test
    void a_probe_is_due_after_the_pause_and_brings_the_instance_back() {
        discover(1, 2, 3);
        fail(2);
        assertThat(upstream.probe(ClientTag.UNKNOWN)).isEmpty();
        clock.advance(Duration.ofMillis(5_001));
        for (int i = 0; i < 3; i++) {
            try (var probe = upstream.probe(ClientTag.UNKNOWN).orElseThrow()) {
                assertThat(probe.endpoint()).isSameAs(endpoint(2));
                assertThat(endpoint(2).inFlight()).isEqualTo(1);
                probe.ended(OK, Duration.ofMillis(1), true, true);
            }
        }
        assertThat(states()).containsOnly(State.ACTIVE);
    }

    @Test
    void a_probe_that_is_given_back_unused_can_be_had_again() {
        discover(1, 2, 3);
        fail(2);
        clock.advance(Duration.ofMillis(5_001));
        for (int i = 0; i < 10; i++) {
            upstream.probe(ClientTag.UNKNOWN).orElseThrow().close();
        }
        assertThat(endpoint(2).inFlight()).isZero();
    }

    @Test
    void far_slower_than_its_siblings_is_ejected() {
        discover(1, 2, 3);
        for (int i = 0; i < 5; i++) {
            clock.advance(Duration.ofMillis(100));
            attempt(endpoint(1), OK, Duration.ofMillis(5));
            attempt(endpoint(3), OK, Duration.ofMillis(5));
            attempt(endpoint(2), OK, Duration.ofMillis(100));
        }
        assertThat(states()).containsExactly(State.ACTIVE, State.EJECTED, State.ACTIVE);
    }

    @Test
    void slow_requests_that_come_to_all_eject_nobody() {
        discover(1, 2, 3);
        for (int i = 0; i < 1_000; i++) {
            clock.advance(Duration.ofMillis(100));
            attempt(endpoint(1 + i % 3), OK, Duration.ofMillis(i / 3 % 4 == 0 ? 2_000 : 1));
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void an_answer_below_the_floor_is_never_slow() {
        discover(1, 2, 3);
        for (int i = 0; i < 100; i++) {
            clock.advance(Duration.ofMillis(100));
            attempt(endpoint(1), OK, Duration.ofMillis(1));
            attempt(endpoint(3), OK, Duration.ofMillis(1));
            attempt(endpoint(2), OK, Duration.ofMillis(25));
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void when_discovery_forgets_almost_all_those_are_used_on_for_a_while() {
        discover(1, 2, 3, 4);
        discover(1);
        assertThat(states()).containsExactly(State.ACTIVE, State.SUSPECT, State.SUSPECT, State.SUSPECT);
        assertThat(picks(400)).hasSize(4);
        clock.advance(Duration.ofMillis(59_999));
        assertThat(picks(400)).hasSize(4);
        clock.advance(Duration.ofMillis(1));
        assertThat(picks(400)).containsOnlyKeys("i1");
    }

    @Test
    void when_discovery_forgets_all_even_the_last_is_used_on() {
        discover(1);
        discover();
        assertThat(picks(1)).containsOnlyKeys("i1");
        clock.advance(Duration.ofMinutes(1));
        assertThat(upstream.pick(List.of(), balancers)).isEmpty();
    }

    @Test
    void an_ordinary_scale_down_is_honoured_at_once() {
        discover(1, 2, 3, 4, 5);
        discover(1, 2);
        assertThat(states()).containsExactly(State.ACTIVE, State.ACTIVE);
        discover(1);
        assertThat(states()).containsExactly(State.ACTIVE);
    }

    @Test
    void others_in_the_place_of_all_are_no_lapse() {
        discover(1, 2, 3);
        discover(4, 5, 6);
        assertThat(picks(300)).containsOnlyKeys("i4", "i5", "i6");
    }

    @Test
    void a_suspect_that_is_named_again_is_none() {
        discover(1, 2, 3, 4);
        discover();
        discover(1);
        discover(1, 2);
        assertThat(states()).containsExactly(State.ACTIVE, State.ACTIVE, State.SUSPECT, State.SUSPECT);
        clock.advance(Duration.ofMinutes(1));
        assertThat(picks(400)).containsOnlyKeys("i1", "i2");
    }

    @Test
    void a_suspect_that_nobody_listens_for_is_gone_at_once() {
        discover(1, 2, 3);
        discover();
        attempt(endpoint(2), REFUSED, Duration.ZERO);
        assertThat(picks(300)).containsOnlyKeys("i1", "i3");
    }

    @Test
    void whom_a_request_reached_too_late_to_connect_is_neither_ejected_nor_gone() {
        discover(1, 2, 3);
        discover();
        for (int i = 0; i < 10; i++) {
            try (var permit = endpoint(2).acquire()) {
                permit.ended(REFUSED, Duration.ofMillis(1), false, true);
            }
        }
        assertThat(states()).containsOnly(State.SUSPECT);
    }

    @Test
    void a_suspect_that_says_goodbye_again_and_again_is_gone() {
        discover(1, 2, 3);
        discover();
        for (int i = 0; i < 3; i++) {
            attempt(endpoint(2), GOODBYE, Duration.ofMillis(1));
        }
        assertThat(picks(300)).containsOnlyKeys("i1", "i3");
    }

    @Test
    void a_suspect_that_ends_a_connection_now_and_then_is_used_on() {
        discover(1, 2, 3);
        discover();
        for (int i = 0; i < 100; i++) {
            attempt(endpoint(2), i % 3 == 0 ? OK : GOODBYE, Duration.ofMillis(1));
        }
        assertThat(picks(300)).containsOnlyKeys("i1", "i2", "i3");
    }

    @Test
    void a_suspect_that_fails_is_ejected_like_others() {
        discover(1, 2, 3);
        discover();
        fail(2);
        assertThat(picks(300)).containsOnlyKeys("i1", "i3");
        assertThat(states()).containsExactly(State.SUSPECT, State.EJECTED, State.SUSPECT);
    }

    @Test
    void when_discovery_forgets_all_while_all_fail_all_are_used_on() {
        discover(1, 2, 3);
        fail(1, 2, 3);
        discover();
        assertThat(upstream.panic()).isTrue();
        assertThat(picks(300)).hasSize(3);
        clock.advance(Duration.ofMinutes(1));
        assertThat(upstream.pick(List.of(), balancers)).isEmpty();
    }

    @Test
    void an_instance_that_breaks_off_within_each_answer_is_ejected() {
        discover(1, 2, 3);
        for (int i = 0; i < 5; i++) {
            try (var permit = endpoint(2).acquire()) {
                permit.ended(OK, Duration.ofMillis(1), true, true);
                permit.brokeOff();
            }
        }
        assertThat(states()).containsExactly(State.ACTIVE, State.EJECTED, State.ACTIVE);
    }
}
