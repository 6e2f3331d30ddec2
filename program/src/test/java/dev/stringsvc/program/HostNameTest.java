package dev.stringsvc.program;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"web", "a.b", "my_zone.example", "1.2.3.a", "xn--4ca.example", "A-1.b"})
    void knows_a_name(String text) {
        assertThat(HostName.isName(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a.",
                ".a",
                "a..b",
                "-a",
                "a-.b",
                "a b",
                "ä",
                "a:b",
                "2130706433",
                "10.0.0.1",
                "a.1",
                "a/b"
            })
    void refuses_what_is_not_a_name(String text) {
        assertThat(HostName.isName(text)).isFalse();
    }

    @Test
    void a_name_has_at_most_253_characters_and_a_label_63() {
        String label = "a".repeat(63);
        String longest = String.join(".", label, label, label, "a".repeat(61));
        assertThat(HostName.isName(longest)).isTrue();
        assertThat(HostName.isName(longest + "a")).isFalse();
        assertThat(HostName.isName(label + "a")).isFalse();
        assertThat(HostName.isName("a.".repeat(1_000_000) + "a")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "10.20.30.255", "127.0.0.1"})
    void knows_an_address(String text) {
        assertThat(HostName.isIpv4(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1.2.3", "1.2.3.", "1.2.3.256", "01.2.3.4", "1.2.3.4.5", "1..3.4", "1.2.3.a", "0x7f.0.0.1"})
    void refuses_what_is_not_an_address(String text) {
        assertThat(HostName.isIpv4(text)).isFalse();
    }
}
