package dev.stringsvc.program;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LabelTest {
    @Test
    void a_short_name_is_itself() {
        for (String name : new String[] {"", "web-1", "Zürich 😀", "a".repeat(Label.LONGEST)}) {
            assertThat(Label.of(name)).isEqualTo(name);
        }
    }

    @Test
    void long_names_with_one_beginning_are_cut_and_stay_different() {
        String one = Label.of("a".repeat(200_000) + "1");
        String other = Label.of("a".repeat(200_000) + "2");
        assertThat(one).hasSize(Label.LONGEST).startsWith("aaaa").isNotEqualTo(other);
        assertThat(Label.of(one)).isEqualTo(one);
        assertThat(Label.of("😀".repeat(100)))
                .hasSizeLessThanOrEqualTo(Label.LONGEST)
                .doesNotContain("?");
    }

    @Test
    void what_could_forge_a_line_is_escaped() {
        assertThat(Label.of("a\nb\u0000\u202e")).isEqualTo("a\\u000ab\\u0000\\u202e");
        assertThat(Label.of("half \ud83d")).isEqualTo("half \\ud83d");
        assertThat(Label.of("\n".repeat(1_000))).hasSize(Label.LONGEST);
    }

    @Test
    void a_long_text_is_escaped_but_not_cut() {
        assertThat(Label.printable("a".repeat(1_000))).hasSize(1_000);
        assertThat(Label.printable("a\u001b[2J\r" + "b".repeat(1_000)))
                .isEqualTo("a\\u001b[2J\\u000d" + "b".repeat(1_000));
    }
}
