package dev.stringsvc.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MisuseTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --prot 8080       | gateway: Unknown options: '--prot', '8080'; did you mean --port? (see --help)
            --admin-prot=8081 | gateway: Unknown option: '--admin-prot=8081'; did you mean --admin-port? (see --help)
            chek a.yaml       | gateway: Unmatched arguments from index 0: 'chek', 'a.yaml'; did you mean check? (see --help)
            routes f --explan | gateway: Unknown option: '--explan'; did you mean --explain? (see --help)
            --nonsense        | gateway: Unknown option: '--nonsense' (see --help)
            """)
    void an_unknown_flag_or_command_names_the_nearest_known_one(String arguments, String said) {
        var err = new StringWriter();
        int exit = Main.commandLine().setErr(new PrintWriter(err, true)).execute(arguments.split(" "));
        assertThat(exit).isEqualTo(2);
        assertThat(err.toString().strip()).isEqualTo(said);
    }
}
