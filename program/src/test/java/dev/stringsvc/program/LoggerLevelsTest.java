package dev.stringsvc.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoggerLevelsTest {
    private static final Logger ABOVE = Logger.getLogger("com.example.levels");
    private static final Logger LOGGER = Logger.getLogger("com.example.levels.Room");
    private final LoggerLevels levels = new LoggerLevels();

    @AfterEach
    void restore() {
        ABOVE.setLevel(null);
        LOGGER.setLevel(null);
    }

    private LoggerLevels.State state(String name) {
        return Objects.requireNonNull(levels.all().get(name));
    }

    private String level() {
        return state("com.example.levels.Room").level();
    }

    @Test
    void a_level_counts_for_the_loggers_below_and_null_restores_the_first_one() {
        ABOVE.setLevel(Level.WARNING);
        assertThat(level()).isEqualTo("warn");
        assertThat(levels.set("com.example.levels", "debug")).isPresent();
        assertThat(levels.set("com.example.levels", "trace")).isPresent();
        assertThat(level()).isEqualTo("trace");
        assertThat(LOGGER.isLoggable(Level.FINEST)).isTrue();
        assertThat(state("com.example.levels").changed()).isTrue();
        assertThat(state("com.example.levels.Room").changed()).isFalse();
        assertThat(levels.set("com.example.levels", null)).isPresent();
        assertThat(ABOVE.getLevel()).isEqualTo(Level.WARNING);
        assertThat(level()).isEqualTo("warn");
    }

    @Test
    void every_word_is_a_level_that_is_shown_again() {
        for (String word : LoggerLevels.WORDS) {
            assertThat(levels.set("com.example.levels.Room", word)).isPresent();
            assertThat(level()).isEqualTo(word);
        }
    }

    @Test
    void packages_and_root_are_loggers_and_other_names_are_not() {
        assertThat(levels.all()).containsKeys("root", "com", "com.example");
        assertThat(levels.set("com.example.nothing", "debug")).isEmpty();
        assertThat(levels.all()).doesNotContainKey("com.example.nothing");
    }

    @Test
    void an_unknown_level_changes_nothing() {
        assertThatThrownBy(() -> levels.set("com.example.levels", "loud"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected a level of off, error, warn, info, debug, trace, or null");
        assertThat(ABOVE.getLevel()).isNull();
    }
}
