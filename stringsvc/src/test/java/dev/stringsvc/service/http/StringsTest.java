package dev.stringsvc.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StringsTest {
    @Test
    void uppercase_is_the_same_in_a_turkish_locale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.of("tr", "TR"));
        try {
            assertThat(Strings.uppercase("title größe")).isEqualTo("TITLE GRÖSSE");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void uppercase_of_a_long_text_is_that_of_each_character() {
        String all = IntStream.rangeClosed(1, Character.MAX_CODE_POINT)
                .filter(c -> Character.isLetter(c) && !Character.isIdeographic(c))
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
        String expected = all.codePoints()
                .mapToObj(c -> Character.toString(c).toUpperCase(Locale.ROOT))
                .collect(Collectors.joining());
        assertThat(Strings.uppercase(all)).isEqualTo(expected);
        assertThat(Strings.uppercase("😀".repeat(1_000) + "a" + "😀".repeat(1_000)))
                .isEqualTo("😀".repeat(1_000) + "A" + "😀".repeat(1_000));
    }

    @Test
    void count_counts_code_points_not_java_chars() {
        assertThat(Strings.count("foo")).isEqualTo(3);
        assertThat(Strings.count("")).isZero();
        assertThat(Strings.count("a😀é")).isEqualTo(3);
    }
}
