package dev.stringsvc.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class AppProcessTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private static AppProcess shell(String script) {
        return AppProcess.start(List.of("sh", "-c", script), Map.of("GREETING", "hello"));
    }

    @Test
    void gives_output_and_errors_as_lines_and_the_exit_code() {
        try (var app = shell("echo $GREETING; echo oops >&2; exit 3")) {
            assertThat(app.awaitLine("^oo")).isEqualTo("oops");
            assertThat(app.awaitExit(SOON)).isEqualTo(3);
            assertThat(app.lines()).containsExactly("hello", "oops");
        }
    }

    @Test
    void says_what_the_program_printed_when_the_awaited_line_never_comes() {
        try (var app = shell("echo port 80 is taken; exit 1")) {
            assertThatThrownBy(() -> app.awaitLine("ready"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("ended without /ready/ line")
                    .hasMessageContaining("port 80 is taken");
        }
        try (var app = shell("echo still busy; exec sleep 60")) {
            app.awaitLine("busy");
            assertThatThrownBy(() -> app.awaitLine(line -> line.equals("ready"), Duration.ofMillis(50)))
                    .hasMessageContaining("running")
                    .hasMessageContaining("still busy");
        }
    }

    @Test
    void sends_the_signals_a_terminal_and_a_service_manager_send() {
        for (String signal : List.of("INT", "TERM")) {
            try (var app =
                    shell("trap 'echo got $0; exit 0' %s; echo up; while :; do sleep 0.05; done".formatted(signal))) {
                app.awaitLine("up");
                if (signal.equals("INT")) {
                    app.interrupt();
                } else {
                    app.terminate();
                }
                assertThat(app.awaitExit(SOON)).isZero();
            }
        }
    }

    @Test
    void fails_to_signal_a_program_that_has_ended() {
        try (var app = shell("exit 0")) {
            app.awaitExit(SOON);
            assertThatThrownBy(app::terminate).hasMessageContaining("already ended");
        }
    }

    @Test
    void a_suspended_program_does_nothing_until_it_is_resumed() {
        try (var app = shell("while :; do echo tick; sleep 0.02; done")) {
            app.awaitLine("tick");
            app.suspend();
            int before = settled(app);
            app.resume();
            Awaitility.await().atMost(SOON).until(() -> app.lines().size() > before);
        }
    }

    private static int settled(AppProcess app) {
        int[] last = {-1};
        Awaitility.await()
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> last[0] == (last[0] = app.lines().size()));
        return last[0];
    }

    @Test
    void closing_kills_the_program_and_what_it_started() {
        var app = shell("trap '' TERM; sleep 60 & echo child $!; wait");
        long child = Long.parseLong(app.awaitLine("^child").substring("child ".length()));
        app.close();
        Awaitility.await().atMost(SOON).until(() -> !isAlive(app.pid()) && !isAlive(child));
    }

    @Test
    void no_program_outlives_a_jvm_that_was_killed() {
        String java = System.getProperty("java.home") + "/bin/java";
        try (var jvm = AppProcess.start(
                List.of(java, "-cp", System.getProperty("java.class.path"), Orphan.class.getName()), Map.of())) {
            long child = Long.parseLong(jvm.awaitLine("^child").substring("child ".length()));
            assertThat(isAlive(child)).isTrue();
            jvm.kill();
            Awaitility.await().atMost(SOON).until(() -> !isAlive(child));
        }
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    /// Starts a program and waits to be killed.
    static final class Orphan {
        private Orphan() {}

        public static void main(String[] args) {
            var child = shell("exec sleep 60");
            System.out.println("child " + child.pid());
            child.awaitLine(_ -> false, Duration.ofMinutes(1));
        }
    }
}
