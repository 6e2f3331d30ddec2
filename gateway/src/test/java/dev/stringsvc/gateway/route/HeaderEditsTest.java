package dev.stringsvc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.program.SettingException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderEditsTest {
    private static final HeaderEdits EDITS =
            new HeaderEdits(Map.of("X-Api-Key", "secret", "X_Odd", "1"), Set.of("X-Internal-User"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Api-Key",
                "x-api-key",
                "X_Api_Key",
                "x_api-KEY",
                "X-Internal-User",
                "X_Internal_User",
                "X-Internal_user",
                "X_Odd"
            })
    void what_is_set_or_removed_does_not_pass_in_any_spelling(String name) {
        assertThat(EDITS.keeps(name)).isFalse();
        assertThat(HeaderEdits.NONE.keeps(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Api", "X_Api", "XApi-Key", "X_Api_Keys", "X-Odd", "_", "Accept"})
    void everything_else_passes(String name) {
        assertThat(EDITS.keeps(name)).isTrue();
    }

    @Test
    void the_field_that_tells_loops_cannot_be_edited() {
        assertThatThrownBy(() -> new HeaderEdits(Map.of(), Set.of("Via")))
                .hasMessageContaining("headers that a proxy may edit, got 'Via'");
        assertThatThrownBy(() -> new HeaderEdits(Map.of("via", "x"), Set.of()))
                .hasMessageContaining("headers that a proxy may edit, got 'via'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {{host}            | {host}
            {{{{               | {{
            {"group": "a"}     | {"group": "a"}
            {"a": {"b": [1]}}  | {"a": {"b": [1]}}
            max={1,2}          | max={1,2}
            { host }           | { host }
            {a{{b}             | {a{b}
            {a{{}              | {a{}
            a}                 | a}
            """)
    void a_doubled_brace_is_a_brace(String written, String meant) {
        var edits = new HeaderEdits(Map.of("X-A", written), Set.of());
        assertThat(edits.unescaped("request-headers").set()).containsEntry("X-A", meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{host}", "a {client} b", "{header:X-B}", "{{{host}", "{request-id}"})
    void a_word_in_braces_is_refused_and_the_value_not_shown(String value) {
        var edits = new HeaderEdits(Map.of("X-A", value + " s3cret"), Set.of());
        assertThatThrownBy(() -> edits.unescaped("request-headers"))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("X-A")
                .message()
                .doesNotContain("s3cret");
    }
}
