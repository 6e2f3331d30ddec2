package dev.stringsvc.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.program.SettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsulAddressTest {
    @ParameterizedTest
    @CsvSource({
        "c, false, false, c:8500",
        "c:1, true, true, c:1",
        "http://c:1, false, false, c:1",
        "http://c:1, true, true, c:1",
        "http://c, false, false, c:80",
        "http://c, true, true, c:443",
        "https://c:1/, false, true, c:1",
        "https://c, false, true, c:443",
        "[::1]:8500, false, false, [::1]:8500",
        "::1, false, false, [::1]:8500",
        "unix:///run/consul.sock, false, false, 127.0.0.1:8500",
        "unix:///run/consul.sock, true, true, 127.0.0.1:8500"
    })
    void is_read_in_all_its_forms(String text, boolean ssl, boolean tls, String hostPort) {
        var address = ConsulAddress.parse(text, ssl);
        assertThat(address.tls()).isEqualTo(tls);
        assertThat(address.hostPort()).hasToString(hostPort);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix://", "unix://run/consul", "ftp://c", "http://c:1/path", "http://", "", "c:0", "a b"})
    void is_refused_in_other_forms(String text) {
        assertThatThrownBy(() -> ConsulAddress.parse(text, false))
                .isInstanceOf(SettingException.class)
                .hasMessage("address: expected Consul's host:port, http(s)://host:port or unix:///path, got \"" + text
                        + '"');
    }

    @Test
    void shows_how_it_is_written() {
        assertThat(ConsulAddress.parse("c", false)).hasToString("http://c:8500");
        assertThat(ConsulAddress.parse("c:1", true)).hasToString("https://c:1");
        assertThat(ConsulAddress.parse("unix:///run/consul.sock", false)).hasToString("unix:///run/consul.sock");
    }
}
