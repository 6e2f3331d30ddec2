package dev.stringsvc.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class LogHandlerTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final LogWriter writer = LogWriter.to(out, 65_536);

    @Test
    void lines_of_a_thread_that_works_on_a_call_have_the_calls_ids() {
        LogHandler.install(writer, "com.example.own", Level.INFO);
        Logger logger = Logger.getLogger("com.example.own.Room");
        new CallIds(Optional.of("r-1"), Optional.of("t-1")).call(() -> {
            logger.info("in the call");
            return true;
        });
        logger.info("after it");
        writer.close();
        assertThat(out.toString(UTF_8).lines().map(line -> line.replaceFirst("^ts=\\S+Z ", "")))
                .containsExactly(
                        "level=info logger=Room msg=\"in the call\" request_id=r-1 trace_id=t-1",
                        "level=info logger=Room msg=\"after it\"");
    }

    @Test
    void writes_own_records_from_the_level_up_and_those_of_libraries_from_warning_up() {
        LogHandler.install(writer, "com.example.own", Level.INFO);
        Logger.getLogger("com.example.own.Room").log(Level.INFO, "watching {0}", "stringsvc");
        Logger.getLogger("com.example.own.Room").fine("not this");
        Logger.getLogger("com.example.library.Thing").info("nor this");
        Logger.getLogger("com.example.library.Thing")
                .log(Level.WARNING, "odd", new IllegalStateException("two\nlines"));
        writer.close();
        assertThat(out.toString(UTF_8)
                        .lines()
                        .map(line -> line.replaceFirst("^ts=\\S+Z ", "").replaceFirst(" at=.*", "")))
                .containsExactly(
                        "level=info logger=Room msg=\"watching stringsvc\"",
                        "level=warn logger=Thing msg=odd err=\"java.lang.IllegalStateException: two\\nlines\"");
    }
}
