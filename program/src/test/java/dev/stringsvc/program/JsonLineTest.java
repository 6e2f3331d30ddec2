package dev.stringsvc.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class JsonLineTest {
    @Test
    void has_the_keys_and_values_of_logfmt() {
        var line = LogFormat.JSON
                .at(Instant.parse("2026-01-02T03:04:05.678912Z"))
                .field("method", "uppercase")
                .field("err", null)
                .field("bytes", 12)
                .field("took", Duration.ofNanos(629));
        assertThat(line)
                .hasToString("{\"ts\":\"2026-01-02T03:04:05.678Z\",\"method\":\"uppercase\",\"err\":null,\"bytes\":12,"
                        + "\"took\":\"629ns\"}");
    }

    @Test
    void no_value_can_end_its_string_or_its_line() {
        var line = LogFormat.JSON.line().field("input", "\"},{\\\n\r\t\u0000\u001b\u2028\u202e größe");
        assertThat(line).hasToString("{\"input\":\"\\\"},{\\\\\\n\\r\\t\\u0000\\u001b\\u2028\\u202e größe\"}");
    }

    @Test
    void cuts_long_values_and_says_so() {
        assertThat(LogFormat.JSON.line().field("input", "x".repeat(5_000)))
                .hasToString("{\"input\":\"" + "x".repeat(LogLine.MAX_VALUE) + "…\"}");
    }

    @Test
    void the_writer_makes_lines_in_the_format_that_was_chosen() {
        var out = new ByteArrayOutputStream();
        try (var writer = LogWriter.to(out, 100)) {
            writer.format(LogFormat.JSON);
            writer.write("x".repeat(101));
            writer.write(writer.line(Instant.EPOCH).toString());
        }
        assertThat(out.toString(UTF_8)).isEqualTo("""
                        {"level":"warn","msg":"log lines dropped","dropped":1}
                        {"ts":"1970-01-01T00:00:00.000Z"}
                        """);
    }
}
