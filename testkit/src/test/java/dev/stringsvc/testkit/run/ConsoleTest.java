package dev.stringsvc.testkit.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    private Console console(boolean colours) {
        return new Console(new PrintStream(shown, true, UTF_8), colours, List.of("consul", "stringsvc-1"));
    }

    @Test
    void each_line_has_the_name_of_its_program_in_front() {
        var console = console(false);
        console.of("consul").accept("up");
        console.of("stringsvc-1").accept("up, too");
        console.say("ready");
        assertThat(shown.toString(UTF_8).lines())
                .containsExactly("consul      | up", "stringsvc-1 | up, too", "run: ready");
    }

    @Test
    void each_name_has_a_colour() {
        var console = console(true);
        console.of("consul").accept("up");
        console.of("stringsvc-1").accept("up");
        assertThat(shown.toString(UTF_8).lines())
                .containsExactly("\033[32mconsul      | \033[0mup", "\033[33mstringsvc-1 | \033[0mup");
    }
}
