package dev.stringsvc.program;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExcerptTest {
    @Test
    void a_text_that_fits_stays_as_it_is() {
        assertThat(Excerpt.of("abc", 3)).isEqualTo("abc");
    }

    @Test
    void a_longer_one_is_cut_but_no_character_in_halves() {
        assertThat(Excerpt.of("abcd", 3)).isEqualTo("abc…");
        assertThat(Excerpt.of("ab😀d", 3)).isEqualTo("ab…");
    }
}
