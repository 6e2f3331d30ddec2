package dev.stringsvc.service.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
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
    void what_is_no_host_and_port_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> HostPort.parse(text, 9));
    }

    @ParameterizedTest
    @CsvSource({
        "c, false, http://c:8500",
        "c:1, true, https://c:1",
        "http://c:1, true, http://c:1",
        "https://c:1/, false, https://c:1",
        "https://c, false, https://c:443",
        "[::1]:8500, false, http://[::1]:8500"
    })
    void consuls_address_is_read_in_all_its_forms(String text, boolean tls, String url) {
        assertThat(ConsulAddress.parse(text, tls).url()).isEqualTo(url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:///run/consul", "ftp://c", "http://c:1/path", "http://"})
    void other_forms_of_consuls_address_are_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ConsulAddress.parse(text, false));
    }

    @Test
    void the_address_towards_a_peer_on_this_machine_is_the_loopback() throws Exception {
        assertThat(LocalAddress.towards(new HostPort("127.0.0.1", 1))).isEqualTo("127.0.0.1");
    }

    @Test
    void a_peer_whose_name_does_not_resolve_is_named() {
        assertThatThrownBy(() -> LocalAddress.towards(new HostPort("nowhere.invalid", 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nowhere.invalid");
    }
}
