package dev.stringsvc.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
    @ParameterizedTest
    @ValueSource(strings = {"localhost:1", "10.0.0.7:65535", "web-1.my_zone.example:80", "[::1]:81"})
    void reads_what_it_writes(String text) {
        assertThat(HostPort.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({"[0:0::0001]:81, [::1]:81", "[2001:DB8::A]:81, [2001:db8::a]:81", "[::ffff:10.0.0.1]:81, 10.0.0.1:81"})
    void writes_an_address_in_one_form(String text, String written) {
        assertThat(HostPort.parse(text)).hasToString(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "web",
                ":80",
                "a..b:80",
                ".a:80",
                "a.:80",
                "a b:80",
                "ä:80",
                "a@b:80",
                "a:0",
                "a:65536",
                "a:-1",
                "1.2.3:80",
                "1.2.3.256:80",
                "[]:80",
                "[:]:80",
                "[1.2.3.4]:80",
                "[::1%eth0]:80",
                "[1::2::3]:80",
                "::1:80",
                "[a]:80",
            })
    void refuses_what_cannot_be_connected_to(String text) {
        assertThatThrownBy(() -> HostPort.parse(text))
                .hasMessage("expected host:port, such as 127.0.0.1:8001 or [::1]:8001");
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 254})
    void refuses_labels_that_are_too_long(int length) {
        assertThatThrownBy(() -> HostPort.parse("a".repeat(length) + ":80"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "a, a:9",
        "a:1, a:1",
        "10.0.0.1:65535, 10.0.0.1:65535",
        "::1, [::1]:9",
        "[::1], [::1]:9",
        "[fe80::1]:80, [fe80::1]:80"
    })
    void a_host_and_port_are_read_with_or_without_the_port(String text, String expected) {
        assertThat(HostPort.parse(text, 9)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":1", "a:", "a:x", "a:0", "a:65536", "a:-1", "[::1", "[::1]x", "a b", "a/b", "u@h:1"})
    void other_text_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> HostPort.parse(text, 9));
    }
}
