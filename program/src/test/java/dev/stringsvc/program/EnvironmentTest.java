package dev.stringsvc.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentTest {
    @Test
    void a_blank_variable_is_not_set() {
        var environment = new Environment(Map.of("A", " ", "B", " b\n"));
        assertThat(environment.get("A")).isEmpty();
        assertThat(environment.get("B")).hasValue("b");
        assertThat(environment.get("C")).isEmpty();
        assertThat(environment.flag("A")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "t", "T", "TRUE", "true", "True"})
    void reads_true_as_go_does(String text) {
        assertThat(new Environment(Map.of("F", text)).flag("F")).hasValue(true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "f", "F", "FALSE", "false", "False"})
    void reads_false_as_go_does(String text) {
        assertThat(new Environment(Map.of("F", text)).flag("F")).hasValue(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "no", "on", "tRUE", "2", "-"})
    void refuses_another_word_and_names_the_variable(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Environment(Map.of("CONSUL_HTTP_SSL", text)).flag("CONSUL_HTTP_SSL"))
                .withMessage("CONSUL_HTTP_SSL: expected true or false, got \"" + text + '"');
    }

    @Test
    void shows_no_value() {
        assertThat(new Environment(Map.of("CONSUL_HTTP_TOKEN", "secret"))).hasToString("Environment");
        assertThat(new Secret("secret")).hasToString("***");
    }
}
