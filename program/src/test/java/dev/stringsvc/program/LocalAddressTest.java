package dev.stringsvc.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class LocalAddressTest {
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
