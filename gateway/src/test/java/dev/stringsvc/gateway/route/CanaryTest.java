package dev.stringsvc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanaryTest {
    private static final Canary.Header HEADER = new Canary.Header("X-Canary", "yes");

    @Test
    void a_share_or_a_header_and_a_tag_or_meta_make_a_canary() {
        assertThat(new Canary(10.0, null, "canary", Map.of()).percent()).isEqualTo(10);
        assertThat(new Canary(0.0, null, "canary", Map.of()).header()).isNull();
        assertThat(new Canary(null, HEADER, null, Map.of("version", "2")).tag()).isNull();
        assertThat(new Canary(100.0, HEADER, "canary", Map.of("version", "2")).meta())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        ", canary, percent: expected a share of the requests; or a header",
        "-0.1, canary, percent: expected 0 to 100",
        "100.1, canary, percent: expected 0 to 100",
        "NaN, canary, percent: expected 0 to 100",
        "10, , tag: expected a tag of some instances; or their meta",
        "10, ' ', tag: expected a tag"
    })
    void what_is_missing_or_out_of_range_is_named(@Nullable Double percent, @Nullable String tag, String message) {
        assertThatThrownBy(() -> new Canary(percent, null, tag, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message.replace(';', ','));
    }

    @Test
    void a_header_is_a_name_and_a_value_or_a_name_alone() {
        assertThat(Canary.Header.parse("X-Canary: yes")).isEqualTo(HEADER);
        assertThat(Canary.Header.parse("X-Canary:yes ")).isEqualTo(HEADER);
        assertThat(Canary.Header.parse("X-Canary: a: b")).isEqualTo(new Canary.Header("X-Canary", "a: b"));
        assertThat(Canary.Header.parse("X-Canary")).isEqualTo(new Canary.Header("X-Canary", "*"));
        assertThat(HEADER.text()).isEqualTo("X-Canary: yes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", ": yes", "X-Canary:", "X Canary: yes", "X-Canary : yes"})
    void another_header_is_refused(String text) {
        assertThatThrownBy(() -> Canary.Header.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected a header such as");
    }

    @Test
    void a_header_accepts_its_value_in_the_same_case_and_a_star_any() {
        assertThat(HEADER.accepts("yes")).isTrue();
        assertThat(HEADER.accepts("Yes")).isFalse();
        assertThat(Canary.Header.parse("X-Canary").accepts("")).isTrue();
    }
}
