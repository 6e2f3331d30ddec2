package dev.stringsvc.gateway.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.retry.RetryPolicy.Situation;
import dev.stringsvc.gateway.transport.AttemptResult;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryPolicyTest {
    private static final Duration BASE = Duration.ofMillis(40);
    private static final Duration PLENTY = Duration.ofSeconds(3);

    private final RetryPolicy policy = new RetryPolicy(BASE, () -> 0.5);

    private static AttemptResult result(String name) {
        return switch (name) {
            case "not-sent" -> new AttemptResult.NotSent(new IOException(), true);
            case "maybe-sent" -> new AttemptResult.MaybeSent(new IOException());
            case "timed-out" -> new AttemptResult.TimedOut(Duration.ofSeconds(1), true);
            case "client-fault" -> new AttemptResult.ClientFault(new IOException());
            case "unsendable" -> new AttemptResult.Unsendable("");
            default -> new AttemptResult.Responded(new CannedResponse(Integer.parseInt(name)));
        };
    }

    @ParameterizedTest(name = "{0} repeatable={1} replayable={2}: {3}")
    @CsvSource({
        "not-sent, true, true, true",
        "not-sent, false, true, true",
        "not-sent, true, false, false",
        "maybe-sent, true, true, true",
        "maybe-sent, false, true, false",
        "maybe-sent, true, false, false",
        "timed-out, true, true, true",
        "timed-out, false, true, false",
        "timed-out, true, false, false",
        "502, true, true, true",
        "503, true, true, true",
        "504, true, true, true",
        "503, false, true, false",
        "503, true, false, false",
        "500, true, true, true",
        "500, false, true, false",
        "501, true, true, false",
        "429, true, true, false",
        "200, true, true, false",
        "client-fault, true, true, false",
        "unsendable, true, true, false"
    })
    void goes_again_only_where_acting_twice_does_no_harm(
            String result, boolean repeatable, boolean replayable, boolean again) {
        var situation = new Situation(repeatable, replayable, true, 1, 3, PLENTY);
        assertThat(policy.decide(result(result), situation).isPresent()).isEqualTo(again);
    }

    @Test
    void what_reached_nobody_goes_to_another_instance_at_once() {
        var elsewhere = new Situation(false, true, true, 1, 3, PLENTY);
        assertThat(policy.decide(result("not-sent"), elsewhere)).contains(Duration.ZERO);
    }

    @Test
    void what_reached_nobody_waits_where_there_is_no_other_instance() {
        var nowhere = new Situation(false, true, false, 1, 3, PLENTY);
        assertThat(policy.decide(result("not-sent"), nowhere)).contains(BASE.dividedBy(2));
    }

    @ParameterizedTest
    @CsvSource({"1, 20", "2, 40", "3, 80"})
    void the_delay_doubles_and_is_spread_over_its_whole_length(int attempt, long millis) {
        var situation = new Situation(true, true, true, attempt, 4, PLENTY);
        assertThat(policy.decide(result("503"), situation)).contains(Duration.ofMillis(millis));
        var unlucky = new RetryPolicy(BASE, () -> 0.0);
        assertThat(unlucky.decide(result("503"), situation)).contains(Duration.ZERO);
    }

    @Test
    void never_more_attempts_than_allowed() {
        var last = new Situation(true, true, true, 3, 3, PLENTY);
        assertThat(policy.decide(result("not-sent"), last)).isEmpty();
    }

    @Test
    void never_a_delay_that_the_deadline_does_not_leave() {
        var late = new Situation(true, true, true, 1, 3, Duration.ofMillis(20));
        assertThat(policy.decide(result("503"), late)).isEqualTo(Optional.empty());
        var over = new Situation(true, true, true, 1, 3, Duration.ZERO);
        assertThat(policy.decide(result("not-sent"), over)).isEmpty();
    }

    @Test
    void a_500_is_not_asked_for_again_where_it_came_from() {
        assertThat(policy.decide(result("500"), new Situation(true, true, false, 1, 3, PLENTY)))
                .isEmpty();
    }

    @Test
    void retry_after_is_waited_out_where_nobody_else_can_be_asked() {
        var busy = new AttemptResult.Responded(new CannedResponse(503, Map.of("Retry-After", "2")));
        assertThat(policy.decide(busy, new Situation(true, true, false, 1, 3, PLENTY)))
                .contains(Duration.ofMillis(2_020));
    }

    @Test
    void retry_after_that_does_not_fit_the_time_left_is_passed_on_to_the_client() {
        var busy = new AttemptResult.Responded(new CannedResponse(503, Map.of("Retry-After", "3")));
        assertThat(policy.decide(busy, new Situation(true, true, false, 1, 3, PLENTY)))
                .isEmpty();
    }

    @Test
    void retry_after_speaks_of_one_instance_and_keeps_nobody_from_asking_another() {
        var busy = new AttemptResult.Responded(new CannedResponse(503, Map.of("Retry-After", "2")));
        assertThat(policy.decide(busy, new Situation(true, true, true, 1, 3, PLENTY)))
                .contains(Duration.ofMillis(20));
    }

    @ParameterizedTest(name = "grpc-status {0} pushback {1} elsewhere={2}: {3}")
    @CsvSource({
        "14, , true, PT0.02S",
        "14, , false, PT0.02S",
        "14, 0, true, PT0S",
        "14, 150, true, PT0.15S",
        "14, 150, false, PT0.15S",
        "14, 5000, true, ",
        "14, -1, true, ",
        "14, soon, true, ",
        "13, , true, ",
        "4, , true, ",
        "0, , true, "
    })
    void calls_go_again_after_unavailable_as_the_instance_says(
            String status, @Nullable String pushback, boolean elsewhere, @Nullable Duration delay) {
        Map<String, String> head = pushback == null
                ? Map.of("Content-Type", "application/grpc", "grpc-status", status)
                : Map.of("Content-Type", "application/grpc", "grpc-status", status, "grpc-retry-pushback-ms", pushback);
        var result = new AttemptResult.Responded(new CannedResponse(200, head));
        var situation = new Situation(true, true, elsewhere, 1, 3, PLENTY);
        assertThat(policy.decide(result, situation)).isEqualTo(Optional.ofNullable(delay));
    }
}
