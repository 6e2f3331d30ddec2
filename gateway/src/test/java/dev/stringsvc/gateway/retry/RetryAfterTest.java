package dev.stringsvc.gateway.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final String DATE = "Sat, 21 Nov 2026 12:00:00 GMT";

    @Test
    void is_a_number_of_seconds() {
        assertThat(RetryAfter.of(new CannedResponse(503, Map.of("Retry-After", "120"))))
                .contains(Duration.ofMinutes(2));
    }

    @Test
    void or_a_date_after_the_answers_own() {
        var headers = Map.of("Retry-After", "Sat, 21 Nov 2026 12:00:05 GMT", "Date", DATE);
        assertThat(RetryAfter.of(new CannedResponse(503, headers))).contains(Duration.ofSeconds(5));
    }

    @Test
    void a_date_alone_says_nothing_of_how_long() {
        assertThat(RetryAfter.of(new CannedResponse(503, Map.of("Retry-After", DATE))))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1", "1.5", "99999999999999999999", "Sat, 21 Nov 2026 11:59:59 GMT"})
    void whatever_else_it_says_is_not_understood(String value) {
        assertThat(RetryAfter.of(new CannedResponse(503, Map.of("Retry-After", value, "Date", DATE))))
                .isEmpty();
    }

    @Test
    void may_not_be_there() {
        assertThat(RetryAfter.of(new CannedResponse(503))).isEmpty();
    }
}
