package dev.stringsvc.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.telemetry.RequestHistory.Candidate;
import dev.stringsvc.gateway.telemetry.RequestHistory.Kept;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RequestHistoryTest {
    private static final String LONG = "x".repeat(10_000);

    private final RequestHistory history =
            new RequestHistory(Clock.systemUTC(), service -> List.of(new Candidate("one", "active", 0)));

    private static Exchange exchange(String id, int status, String text, int attempts, @Nullable String error) {
        var made = new Exchange.Made("one", () -> text, true, Duration.ZERO, Duration.ZERO);
        return new Exchange(
                text,
                text,
                status,
                0,
                Duration.ofMillis(1),
                "r",
                "svc",
                List.of(made, made).subList(0, attempts),
                id,
                error,
                new Exchange.Call(text, GrpcStatus.UNAVAILABLE),
                null);
    }

    @Test
    void long_texts_of_clients_and_instances_are_cut() {
        history.finished(exchange("a", 502, LONG, 2, LONG));
        Exchange kept = history.byId("a").getFirst().exchange();
        assertThat(kept.method()).hasSize(501);
        assertThat(kept.path()).hasSize(501);
        assertThat(kept.error()).hasSize(501);
        assertThat(kept.call())
                .isNotNull()
                .satisfies(call -> assertThat(call.method()).hasSize(501));
        assertThat(kept.made())
                .hasSize(2)
                .allSatisfy(made -> assertThat(made.outcome().get()).hasSize(501));
    }

    @Test
    void requests_that_reached_no_instance_push_no_other_out_and_keep_no_candidates() {
        history.finished(exchange("reached", 502, "x", 1, "no"));
        for (int i = 0; i < 10_000; i++) {
            history.finished(exchange("refused", 503, "x", 0, "no room"));
        }
        assertThat(history.byId("reached"))
                .hasSize(1)
                .first()
                .matches(kept -> kept.candidates().size() == 1);
        assertThat(history.byId("refused"))
                .hasSize(200)
                .extracting(Kept::candidates)
                .containsOnly(List.of());
    }
}
