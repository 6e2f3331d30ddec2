package dev.stringsvc.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogfmtTest {
    @Test
    void writes_plain_values_bare_in_the_order_given() {
        var line = LogFormat.LOGFMT
                .at(Instant.parse("2026-01-02T03:04:05.678912Z"))
                .field("method", "uppercase")
                .field("input", "foo")
                .field("err", null)
                .field("bytes", 12)
                .field("took", Duration.ofNanos(629));
        assertThat(line)
                .hasToString("ts=2026-01-02T03:04:05.678Z method=uppercase input=foo err=null bytes=12 took=629ns");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-02T03:04:05Z, 2026-01-02T03:04:05.000Z",
        "2026-01-02T03:04:05.100Z, 2026-01-02T03:04:05.100Z",
        "2026-01-02T03:04:05.999999999Z, 2026-01-02T03:04:05.999Z"
    })
    void a_timestamp_has_three_decimals(String instant, String written) {
        assertThat(LogFormat.LOGFMT.at(Instant.parse(instant))).hasToString("ts=" + written);
    }

    @Test
    void quotes_a_value_only_where_logfmt_needs_it() {
        var line = LogFormat.LOGFMT
                .line()
                .field("empty", "")
                .field("space", "a b")
                .field("equals", "a=b")
                .field("quote", "say \"hi\"")
                .field("back", "a\\b")
                .field("umlaut", "größe");
        assertThat(line)
                .hasToString(
                        "empty=\"\" space=\"a b\" equals=\"a=b\" quote=\"say \\\"hi\\\"\" back=\"a\\\\b\" umlaut=größe");
    }

    @Test
    void no_value_can_end_its_line_or_forge_another() {
        var line = LogFormat.LOGFMT.line().field("input", "x\nts=0 method=admin\r\u0000\u001b[2J\u2028\u0085\u202e");
        assertThat(line).hasToString("input=\"x\\nts=0 method=admin\\r\\u0000\\u001b[2J\\u2028\\u0085\\u202e\"");
        assertThat(line.toString().lines()).hasSize(1);
    }

    @Test
    void cuts_long_values_and_says_so() {
        assertThat(LogFormat.LOGFMT.line().field("input", "x".repeat(5_000)))
                .hasToString("input=" + "x".repeat(LogLine.MAX_VALUE) + "…");
        assertThat(LogFormat.LOGFMT.line().field("input", " ".repeat(5_000)))
                .hasToString("input=\"" + " ".repeat(LogLine.MAX_VALUE) + "…\"");
    }

    @Test
    void does_not_cut_a_character_in_half() {
        String value = "x".repeat(LogLine.MAX_VALUE - 1) + "😀" + "y";
        assertThat(LogFormat.LOGFMT.line().field("input", value))
                .hasToString("input=" + "x".repeat(LogLine.MAX_VALUE - 1) + "…");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0ns",
        "629, 629ns",
        "1500, 1.5µs",
        "999999, 999.999µs",
        "1204000, 1.204ms",
        "1204567, 1.204ms",
        "2500000000, 2.5s",
        "63000000000, 1m3s",
        "3723000000000, 1h2m3s",
        "-1500, -1.5µs"
    })
    void writes_durations_as_go_does(long nanos, String expected) {
        assertThat(LogFormat.LOGFMT.line().field("took", Duration.ofNanos(nanos)))
                .hasToString("took=" + expected);
    }

    @Test
    void a_stack_with_its_causes_is_one_bounded_line() {
        var cause = new IllegalArgumentException("the\nreason");
        String line = LogFormat.LOGFMT
                .line()
                .stack("err", new IllegalStateException("it", cause))
                .toString();
        assertThat(line)
                .startsWith("err=\"java.lang.IllegalStateException: it at ")
                .contains(getClass().getName() + ".a_stack_with_its_causes_is_one_bounded_line(")
                .contains(", caused by java.lang.IllegalArgumentException: the\\nreason at ")
                .doesNotContain("\n")
                .hasSizeLessThan(4_300);
    }
}
