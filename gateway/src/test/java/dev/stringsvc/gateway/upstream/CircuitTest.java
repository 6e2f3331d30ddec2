package dev.stringsvc.gateway.upstream;

import static dev.stringsvc.gateway.upstream.Verdict.FAILED;
import static dev.stringsvc.gateway.upstream.Verdict.NOTHING;
import static dev.stringsvc.gateway.upstream.Verdict.SLOW;
import static dev.stringsvc.gateway.upstream.Verdict.WELL;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CircuitTest {
    private static final int CLIENT = ClientTag.UNKNOWN;

    private final ManualClock clock = new ManualClock();
    private final Circuit circuit = new Circuit(Policies.EJECTION, clock);

    private void attempts(int count, Verdict verdict) {
        IntStream.range(0, count).forEach(n -> circuit.attempted(verdict, CLIENT));
    }

    private void afterPauses(Duration pause) {
        clock.advance(pause.minusMillis(1));
        assertThat(circuit.tryProbe(CLIENT)).as("a probe before its time").isFalse();
        clock.advance(Duration.ofMillis(2));
        assertThat(circuit.tryProbe(CLIENT)).as("a probe when it is time").isTrue();
        assertThat(circuit.tryProbe(CLIENT)).isTrue();
        assertThat(circuit.tryProbe(CLIENT)).isTrue();
        assertThat(circuit.tryProbe(CLIENT)).as("a fourth probe").isFalse();
    }

    private void probes(Verdict... verdicts) {
        for (Verdict verdict : verdicts) {
            circuit.probed(verdict, CLIENT);
        }
    }

    @Test
    void five_failures_in_a_row_eject() {
        attempts(4, FAILED);
        assertThat(circuit.closed()).isTrue();
        attempts(1, FAILED);
        assertThat(circuit.closed()).isFalse();
    }

    @Test
    void failures_that_are_not_in_a_row_and_few_do_not() {
        for (int i = 0; i < 100; i++) {
            attempts(4, WELL);
            attempts(3, FAILED);
        }
        assertThat(circuit.closed()).isTrue();
    }

    @Test
    void half_of_the_last_twenty_eject() {
        attempts(20, WELL);
        for (int i = 0; i < 9; i++) {
            attempts(1, FAILED);
            attempts(1, WELL);
        }
        assertThat(circuit.closed()).isTrue();
        attempts(1, FAILED);
        assertThat(circuit.closed()).isFalse();
    }

    @Test
    void what_the_client_did_counts_for_nothing() {
        attempts(4, FAILED);
        attempts(100, NOTHING);
        assertThat(circuit.closed()).isTrue();
        attempts(1, FAILED);
        assertThat(circuit.closed()).isFalse();
    }

    @Test
    void many_slow_answers_at_once_are_one_pause() {
        attempts(1_000, SLOW);
        assertThat(circuit.closed()).isTrue();
        for (int i = 0; i < 4; i++) {
            clock.advance(Duration.ofMillis(100));
            attempts(50, SLOW);
        }
        assertThat(circuit.closed()).isFalse();
    }

    @Test
    void probes_come_after_pauses_that_double_up_to_the_longest() {
        attempts(5, FAILED);
        for (int seconds : new int[] {5, 10, 20, 40, 60, 60}) {
            afterPauses(Duration.ofSeconds(seconds));
            probes(FAILED, FAILED, FAILED);
            assertThat(circuit.closed()).isFalse();
        }
    }

    @Test
    void probes_that_go_well_bring_it_back() {
        attempts(5, FAILED);
        afterPauses(Duration.ofSeconds(5));
        probes(WELL, WELL);
        assertThat(circuit.closed()).isFalse();
        probes(WELL);
        assertThat(circuit.closed()).isTrue();
        attempts(4, FAILED);
        assertThat(circuit.closed()).isTrue();
    }

    @Test
    void slow_probes_do_not() {
        attempts(5, FAILED);
        afterPauses(Duration.ofSeconds(5));
        probes(SLOW, SLOW, WELL);
        assertThat(circuit.closed()).isFalse();
    }

    @Test
    void a_probe_that_told_nothing_is_sent_again() {
        attempts(5, FAILED);
        afterPauses(Duration.ofSeconds(5));
        probes(NOTHING);
        assertThat(circuit.tryProbe(CLIENT)).isTrue();
        assertThat(circuit.tryProbe(CLIENT)).isFalse();
    }

    @Test
    void whoever_fails_again_soon_after_it_came_back_waits_longer() {
        attempts(5, FAILED);
        afterPauses(Duration.ofSeconds(5));
        probes(WELL, WELL, WELL);
        attempts(5, FAILED);
        afterPauses(Duration.ofSeconds(10));
        probes(WELL, WELL, WELL);
        clock.advance(Duration.ofSeconds(61));
        attempts(5, FAILED);
        afterPauses(Duration.ofSeconds(5));
    }

    @Test
    void what_was_begun_before_the_ejection_and_ends_after_it_changes_nothing() {
        attempts(5, FAILED);
        attempts(100, WELL);
        assertThat(circuit.closed()).isFalse();
        attempts(100, FAILED);
        afterPauses(Duration.ofSeconds(5));
    }

    private void triedAnyway(int count, Verdict verdict) {
        IntStream.range(0, count).forEach(n -> circuit.triedAnyway(verdict, CLIENT));
    }

    @Test
    void ten_attempts_in_a_row_that_went_well_although_it_was_ejected_bring_it_back() {
        attempts(5, FAILED);
        for (int i = 0; i < 10; i++) {
            triedAnyway(9, WELL);
            triedAnyway(1, FAILED);
        }
        triedAnyway(9, WELL);
        assertThat(circuit.closed()).isFalse();
        triedAnyway(1, WELL);
        assertThat(circuit.closed()).isTrue();
    }

    @Test
    void three_of_them_let_it_be_probed_at_once() {
        attempts(5, FAILED);
        triedAnyway(2, WELL);
        assertThat(circuit.tryProbe(CLIENT)).isFalse();
        triedAnyway(1, WELL);
        assertThat(circuit.overdue()).isTrue();
        assertThat(circuit.tryProbe(CLIENT)).isTrue();
        assertThat(circuit.tryProbe(CLIENT)).isTrue();
        assertThat(circuit.tryProbe(CLIENT)).isTrue();
        probes(WELL, WELL, WELL);
        assertThat(circuit.closed()).isTrue();
    }

    @Test
    void a_probe_that_ends_after_the_endpoint_came_back_by_itself_keeps_no_permit() {
        attempts(5, FAILED);
        afterPauses(Duration.ofSeconds(5));
        triedAnyway(10, WELL);
        assertThat(circuit.closed()).isTrue();
        probes(NOTHING, WELL, FAILED);
        attempts(5, FAILED);
        afterPauses(Duration.ofSeconds(10));
    }

    @Test
    void says_once_that_it_changed() {
        attempts(4, FAILED);
        assertThat(circuit.attempted(FAILED, CLIENT)).isTrue();
        assertThat(circuit.attempted(FAILED, CLIENT)).isFalse();
        triedAnyway(9, WELL);
        assertThat(circuit.triedAnyway(WELL, CLIENT)).isTrue();
        assertThat(circuit.attempted(WELL, CLIENT)).isFalse();
    }

    @Test
    void is_overdue_when_nobody_probed_it_for_another_pause() {
        assertThat(circuit.overdue()).isFalse();
        attempts(5, FAILED);
        clock.advance(Duration.ofMillis(9_999));
        assertThat(circuit.overdue()).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(circuit.overdue()).isTrue();
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void who_says_that_all_is_well_waits_for_nobody_and_is_counted() throws Exception {
        var asked = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        var slowClock = new ManualClock() {
            @Override
            public long millis() {
                if (Thread.currentThread().isVirtual()) {
                    asked.countDown();
                    awaitQuietly(answer);
                }
                return super.millis();
            }
        };
        var busy = new Circuit(Policies.EJECTION, slowClock);
        busy.attempted(FAILED, CLIENT);
        busy.attempted(FAILED, CLIENT);
        busy.attempted(FAILED, CLIENT);
        Thread counting = Thread.startVirtualThread(() -> busy.attempted(SLOW, CLIENT));
        asked.await();
        assertThat(busy.attempted(WELL, CLIENT)).isFalse();
        answer.countDown();
        counting.join();
        busy.attempted(FAILED, CLIENT);
        assertThat(busy.closed())
                .as("after 3 failures, a slow answer, a good one and a failure")
                .isTrue();
        IntStream.range(0, 4).forEach(n -> busy.attempted(FAILED, CLIENT));
        assertThat(busy.closed()).as("after 5 failures in a row").isFalse();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
