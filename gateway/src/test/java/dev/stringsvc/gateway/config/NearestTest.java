package dev.stringsvc.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
    private static final List<String> KEYS =
            List.of("path", "paths", "name", "host", "deadline", "attempts", "attempt-timeout", "request-headers");

    @ParameterizedTest
    @CsvSource({
        "pathh, path",
        "pths, paths",
        "apth, path",
        "Name, name",
        "dedaline, deadline",
        "attempt, attempts",
        "attempt_timeout, attempt-timeout",
        "attemptTimeout, attempt-timeout",
        "requestHeaders, request-headers"
    })
    void a_misspelt_key_is_known(String unknown, String meant) {
        assertThat(Nearest.of(unknown, KEYS)).hasValue(meant);
    }

    @ParameterizedTest
    @CsvSource({"timeout", "url", "x", "''", "to"})
    void another_word_is_not_taken_for_a_key(String unknown) {
        assertThat(Nearest.of(unknown, KEYS)).isEmpty();
        assertThat(Nearest.unknownKey(unknown, KEYS))
                .isEqualTo("unknown key; expected one of [attempt-timeout, attempts, deadline, host, name, path, paths,"
                        + " request-headers]");
    }
}
