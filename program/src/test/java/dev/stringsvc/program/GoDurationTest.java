package dev.stringsvc.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0s, 0",
        "250ms, 250",
        "2s, 2000",
        "1.5s, 1500",
        "1m30s, 90000",
        "1h2m3.25s, 3723250",
        "0.5m, 30000",
        "1.0004s, 1000",
        "0.5ms, 1",
        "999999999h, 3599999996400000"
    })
    void reads_numbers_with_units(String text, long millis) {
        assertThat(GoDuration.parse(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "s",
                "-1s",
                "+1s",
                "1s ",
                " 1s",
                "1 s",
                "1,5s",
                ".5s",
                "1.s",
                "1d",
                "1S",
                "1m30",
                "1s1",
                "1ns",
                "1e3s",
                "00000000001s",
                "1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s"
            })
    void refuses_other_forms(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoDuration.parse(text))
                .withMessage("expected a duration such as 250ms, 1.5s or 1m30s");
    }
}
