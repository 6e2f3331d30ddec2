package dev.stringsvc.testkit.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.testkit.Ports;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GivenConsulTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:8500",
                "127.0.0.1:8500",
                "http://127.0.0.2:8500/",
                "https://[::1]:8501",
                "[::1]",
                "unix:///var/run/consul.sock"
            })
    void is_local(String address) {
        assertThat(new GivenConsul(address).isLocal()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"consul", "consul.example:8500", "http://10.0.0.7:8500", "https://[2001:db8::1]:8501"})
    void is_elsewhere(String address) {
        assertThat(new GivenConsul(address).isLocal()).isFalse();
    }

    @Test
    void is_checked_before_anything_starts() throws Exception {
        try (var consul = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var address = "http://127.0.0.1:" + consul.getLocalPort() + "/";
            assertThatCode(new GivenConsul(address)::check).doesNotThrowAnyException();
        }
        var nobody = new GivenConsul("127.0.0.1:" + Ports.free());
        assertThatThrownBy(nobody::check).hasMessage("nothing answers at CONSUL_HTTP_ADDR=" + nobody.address());
    }
}
