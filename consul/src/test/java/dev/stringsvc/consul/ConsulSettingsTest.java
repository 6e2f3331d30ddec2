package dev.stringsvc.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.program.Environment;
import dev.stringsvc.program.Secret;
import dev.stringsvc.program.SettingException;
import dev.stringsvc.testkit.ConsulCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsulSettingsTest {
    @TempDir
    Path folder;

    private static ConsulSettings of(Map<String, String> variables) {
        return ConsulSettings.of(new Environment(variables), Optional.empty());
    }

    @Test
    void without_variables_it_is_the_agent_on_this_machine() {
        assertThat(of(Map.of())).isEqualTo(ConsulSettings.at("127.0.0.1:8500"));
    }

    @Test
    void every_variable_is_read() throws Exception {
        var certificates = ConsulCertificates.in(folder);
        Path token = Files.writeString(folder.resolve("token"), "from-file\n");
        var settings = of(new HashMap<>(Map.ofEntries(
                Map.entry("CONSUL_HTTP_ADDR", "c:1"),
                Map.entry("CONSUL_HTTP_SSL", "t"),
                Map.entry("CONSUL_HTTP_SSL_VERIFY", "0"),
                Map.entry("CONSUL_HTTP_AUTH", "user:pass:word"),
                Map.entry("CONSUL_HTTP_TOKEN", "from-env"),
                Map.entry("CONSUL_HTTP_TOKEN_FILE", token.toString()),
                Map.entry("CONSUL_CACERT", certificates.authority().toString()),
                Map.entry("CONSUL_CAPATH", "not looked at beside CONSUL_CACERT"),
                Map.entry("CONSUL_CLIENT_CERT", certificates.client().toString()),
                Map.entry("CONSUL_CLIENT_KEY", certificates.clientKey().toString()),
                Map.entry("CONSUL_TLS_SERVER_NAME", "server.dc1.consul:8501"),
                Map.entry("CONSUL_NAMESPACE", "team-a"),
                Map.entry("CONSUL_PARTITION", "eu"))));
        assertThat(settings)
                .isEqualTo(new ConsulSettings(
                        ConsulAddress.parse("https://c:1", false),
                        new Secret("from-env"),
                        token.toString(),
                        new Secret("user:pass:word"),
                        "team-a",
                        "eu",
                        new ConsulTls(
                                true,
                                false,
                                certificates.authority().toString(),
                                "not looked at beside CONSUL_CACERT",
                                certificates.client().toString(),
                                certificates.clientKey().toString(),
                                "server.dc1.consul:8501")));
        assertThat(settings.toString()).doesNotContain("from-env", "from-file", "pass:word");
        assertThat(settings.tls().host()).hasValue("server.dc1.consul");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CONSUL_HTTP_ADDR       | ftp://c  | expected Consul's host:port
            CONSUL_HTTP_SSL        | yes      | expected true or false, got "yes"
            CONSUL_HTTP_SSL_VERIFY | no       | expected true or false, got "no"
            CONSUL_HTTP_TOKEN      | a b      | holds a character that cannot be part of a token
            CONSUL_HTTP_TOKEN_FILE | /nowhere | expected a file with a token, and /nowhere cannot be read: there is no such file
            CONSUL_CACERT          | /nowhere | expected a PEM file, and /nowhere cannot be read
            CONSUL_CACERT          | pom.xml  | expected certificates in PEM, and pom.xml holds none
            CONSUL_CAPATH          | /nowhere | expected a folder of PEM files, and /nowhere cannot be read
            CONSUL_CAPATH          | src/main | expected certificates in PEM, and
            CONSUL_CLIENT_CERT     | a.pem    | CONSUL_CLIENT_KEY: expected the file of the certificate's private key
            CONSUL_CLIENT_KEY      | a.pem    | CONSUL_CLIENT_CERT: expected the file of the key's certificate
            CONSUL_TLS_SERVER_NAME | a/b      | expected a host name, got "a/b"
            """)
    void what_cannot_be_used_is_refused_by_name(String variable, String value, String problem) {
        assertThatThrownBy(() -> of(Map.of(variable, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(problem.startsWith("CONSUL_") ? problem : variable + ": " + problem);
    }

    @Test
    void a_refused_secret_is_not_shown() {
        assertThatThrownBy(() -> of(Map.of("CONSUL_HTTP_TOKEN", "se cret"))).hasMessageNotContaining("cret");
        assertThatThrownBy(() -> of(Map.of("CONSUL_HTTP_AUTH", "user:se\u0001cret")))
                .hasMessage("CONSUL_HTTP_AUTH: expected user:password without control characters");
    }

    @Test
    void the_key_of_another_certificate_is_refused() {
        var certificates = ConsulCertificates.in(folder);
        assertThatThrownBy(() -> of(Map.of(
                        "CONSUL_CLIENT_CERT", certificates.client().toString(),
                        "CONSUL_CLIENT_KEY", certificates.agentKey().toString())))
                .isInstanceOf(SettingException.class)
                .hasMessageStartingWith("CONSUL_CLIENT_KEY: expected the key of the first certificate in");
    }

    @Test
    void a_variable_replaces_the_whole_group_of_settings_that_exclude_each_other() {
        assertThat(ConsulVariable.in(new Environment(Map.of("CONSUL_HTTP_TOKEN", "t", "CONSUL_CAPATH", "p"))))
                .isEqualTo(Map.of(
                        ConsulVariable.CONSUL_HTTP_TOKEN, "t",
                        ConsulVariable.CONSUL_HTTP_TOKEN_FILE, "",
                        ConsulVariable.CONSUL_CAPATH, "p",
                        ConsulVariable.CONSUL_CACERT, ""));
    }
}
