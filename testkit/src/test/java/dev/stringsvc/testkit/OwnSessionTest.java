package dev.stringsvc.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class OwnSessionTest {
    static Stream<List<String>> prefixes() {
        return Stream.of(OwnSession.LINUX, OwnSession.OTHERS);
    }

    /// Starts a command as a shell script starts its background programs.
    private static Process ignoringInterrupts(List<String> prefix, String script) throws IOException {
        return new ProcessBuilder(Stream.of(
                                List.of("sh", "-c", "trap '' INT QUIT; exec \"$@\"", "sh"),
                                prefix,
                                List.of("sh", "-c", script))
                        .flatMap(List::stream)
                        .toList())
                .start();
    }

    @ParameterizedTest
    @MethodSource("prefixes")
    void a_signal_that_was_ignored_ends_the_program(List<String> prefix) throws Exception {
        assumeTrue(OwnSession.works(prefix));
        assertThat(ignoringInterrupts(prefix, "kill -INT $$").waitFor()).isEqualTo(130);
        assertThat(ignoringInterrupts(List.of(), "kill -INT $$").waitFor()).isZero();
    }

    @ParameterizedTest
    @MethodSource("prefixes")
    void the_program_leads_a_process_group_and_keeps_its_id_and_arguments(List<String> prefix) throws Exception {
        assumeTrue(OwnSession.works(prefix));
        Process app = ignoringInterrupts(prefix, "echo $$; ps -o pgid= -p $$; printf '%s\\n' 'a  b'");
        try (var output = app.inputReader()) {
            String pid = Long.toString(app.pid());
            assertThat(output.lines()).extracting(String::strip).containsExactly(pid, pid, "a  b");
        }
    }
}
