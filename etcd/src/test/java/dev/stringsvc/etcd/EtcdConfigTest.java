package dev.stringsvc.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.program.Environment;
import dev.stringsvc.program.Secret;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EtcdConfigTest {
    private static EtcdConfig of(Map<String, String> variables) {
        return EtcdConfig.of(new Environment(variables), Optional.empty());
    }

    @Test
    void reads_the_variables_of_etcdctl() {
        assertThat(of(Map.of()).endpoints()).map(EtcdEndpoint::toString).containsExactly("http://127.0.0.1:2379");
        var given = of(Map.of("ETCDCTL_ENDPOINTS", "a:1, https://b/,http://[::1]:3", "ETCDCTL_USER", "me:pass:word"));
        assertThat(given.endpoints())
                .map(EtcdEndpoint::toString)
                .containsExactly("http://a:1", "https://b:2379", "http://[::1]:3");
        assertThat(given.user().name()).isEqualTo("me");
        assertThat(given.user().password()).isEqualTo(new Secret("pass:word"));
        assertThat(of(Map.of("ETCDCTL_USER", "me", "ETCDCTL_PASSWORD", "secret"))
                        .user()
                        .password())
                .isEqualTo(new Secret("secret"));
        assertThat(given.toString()).doesNotContain("pass:word");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:1,", "a:b", "ftp://a:1", "http://", "http://a:1/path", "unix:///etcd.sock"})
    void refuses_endpoints_that_it_cannot_use(String text) {
        assertThatThrownBy(() -> EtcdConfig.of(new Environment(Map.of()), Optional.of(text)))
                .hasMessageStartingWith("--etcd: expected etcd's host:port or http(s)://host:port, got ");
    }

    @Test
    void names_the_variable_that_it_cannot_use() {
        assertThatThrownBy(() -> of(Map.of("ETCDCTL_ENDPOINTS", "a:b"))).hasMessageStartingWith("ETCDCTL_ENDPOINTS: ");
        assertThatThrownBy(() -> of(Map.of("ETCDCTL_PASSWORD", "b"))).hasMessageStartingWith("ETCDCTL_USER: ");
        assertThatThrownBy(() -> of(Map.of("ETCDCTL_CACERT", "/no/such/file")))
                .hasMessageStartingWith("ETCDCTL_CACERT: ");
        assertThatThrownBy(() -> of(Map.of("ETCDCTL_CERT", "a"))).hasMessageStartingWith("ETCDCTL_KEY: ");
        assertThatThrownBy(() -> of(Map.of("ETCDCTL_INSECURE_SKIP_TLS_VERIFY", "yes")))
                .hasMessage("ETCDCTL_INSECURE_SKIP_TLS_VERIFY: expected true or false, got \"yes\"");
    }

    @Test
    void names_the_password_file_that_it_cannot_use() {
        assertThatThrownBy(() -> new EtcdUser("me", Secret.NONE, "/no/such/file"))
                .hasMessage("password-file: expected a file with a password, and /no/such/file cannot be read: there is"
                        + " no such file");
    }

    @Test
    void a_password_alone_may_be_completed_by_a_file() {
        EtcdConfig.check(new Environment(Map.of("ETCDCTL_PASSWORD", "secret")), Optional.empty());
        assertThatThrownBy(() -> EtcdConfig.check(new Environment(Map.of()), Optional.of("a:b")))
                .hasMessageStartingWith("--etcd: ");
    }

    @ParameterizedTest
    @CsvSource({"6161, 6162", "61ff, 62", "61ffff, 62", "ff, 00", "ffff, 00", "7f, 80", "fe, ff"})
    void the_end_of_a_range_is_the_first_key_after_all_with_the_prefix(String prefix, String end) {
        var hex = java.util.HexFormat.of();
        assertThat(hex.formatHex(Keys.after(hex.parseHex(prefix)))).isEqualTo(end);
    }
}
