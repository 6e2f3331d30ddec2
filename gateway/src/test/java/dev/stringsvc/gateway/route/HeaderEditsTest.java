package dev.stringsvc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
}
