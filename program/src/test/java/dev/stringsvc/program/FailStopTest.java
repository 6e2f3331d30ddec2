package dev.stringsvc.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Runs processes that really end.
@Timeout(30)
class FailStopTest {
    private static final String LAST_LINE = "level=error logger=FailStop msg=\"thread looker has failed; the process"
            + " ends with exit code 3\" err=\"java.lang.IllegalStateException: on purpose at ";

    /// A program with a thread that fails.
    static final class Program {
        private Program() {}

        static void main(String[] args) throws InterruptedException {
            var log = LogWriter.stdout();
            FailStop.install(log);
            if (args.length > 0) {
                Thread.ofVirtual().start(() -> {
                    throw new NoClassDefFoundError("on purpose");
                });
            } else {
                VitalThread.platform("looker", () -> false, Program::fail).start();
            }
            Thread.currentThread().join();
        }

        private static void fail() {
            throw new IllegalStateException("on purpose");
        }
    }

    private static ProcessBuilder program(String... args) {
        var command = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName());
        command.command().addAll(List.of(args));
        command.environment().remove("JAVA_TOOL_OPTIONS");
        return command;
    }

    private static void exits(Process process) throws InterruptedException {
        try {
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(FailStop.EXIT_CODE);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String read(InputStream from) throws IOException {
        return new String(from.readAllBytes(), UTF_8);
    }

    @Test
    void process_ends_with_a_line_that_says_which_thread_failed_and_why() throws Exception {
        Process process = program().start();
        String lines = read(process.getInputStream());
        exits(process);
        assertThat(lines).contains(LAST_LINE + Program.class.getName() + ".fail(FailStopTest.java:");
    }

    @Test
    void line_goes_to_standard_error_if_the_log_cannot_be_written() throws Exception {
        var full = new File("/dev/full");
        Process process = program().redirectOutput(Redirect.to(full)).start();
        String lines = read(process.getErrorStream());
        exits(process);
        assertThat(lines).contains(LAST_LINE);
    }

    @Test
    void fatal_error_in_any_thread_ends_the_process() throws Exception {
        Process process = program("unwatched").start();
        String lines = read(process.getInputStream());
        exits(process);
        assertThat(lines).contains("level=error logger=FailStop", "java.lang.NoClassDefFoundError: on purpose");
    }
}
