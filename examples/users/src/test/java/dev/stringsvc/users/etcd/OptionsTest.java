package dev.stringsvc.users.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.etcd.EtcdEndpoint;
import dev.stringsvc.examples.program.Program;
import dev.stringsvc.examples.program.Settings;
import dev.stringsvc.program.Environment;
import dev.stringsvc.program.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

class OptionsTest {
    @Command(name = "some")
    private static final class Some extends EtcdOptions {
        @Override
        protected int defaultPort() {
            return 8082;
        }

        @Override
        protected Start prepare(Environment environment) {
            throw new UnsupportedOperationException();
        }

        Parsed parsed(Environment environment) {
            return new Parsed(serving(), etcd(environment));
        }
    }

    private record Parsed(Settings settings, EtcdSettings etcd) {}

    private static Parsed parse(Map<String, String> variables, String... args) {
        var options = new Some();
        var environment = new Environment(variables);
        Program.command(options, environment).parseArgs(args);
        return options.parsed(environment);
    }

    @Test
    void has_defaults_for_everything() {
        Parsed parsed = parse(Map.of());
        Settings settings = parsed.settings();
        assertThat(settings.host()).isEqualTo("0.0.0.0");
        assertThat(settings.port()).isEqualTo(8082);
        assertThat(parsed.etcd().etcd().endpoints())
                .map(EtcdEndpoint::toString)
                .containsExactly("http://127.0.0.1:2379");
        assertThat(parsed.etcd().keysOf("web")).isEqualTo("/services/web/");
        assertThat(parsed.etcd().lease()).contains(Duration.ofSeconds(10));
        assertThat(settings.stop()).isEqualTo(new Settings.Stop(Duration.ofSeconds(2), Duration.ofSeconds(10)));
    }

    @Test
    void its_help_names_the_variables_and_the_defaults() {
        var help = Program.command(new Some(), new Environment(Map.of("SOME_PREFIX", "/a/")))
                .getUsageMessage();
        assertThat(help)
                .contains("SOME_PORT", "[8082]", "[/a/]", "ETCDCTL_ENDPOINTS")
                .doesNotContain("null");
    }

    @Test
    void a_variable_replaces_a_default_and_an_option_a_variable() {
        var variables = Map.of(
                "SOME_PORT", "1", "SOME_PREFIX", "/a/", "SOME_NO_REGISTER", "true", "ETCDCTL_ENDPOINTS", "https://b:3");
        Parsed parsed = parse(variables, "--port", "2");
        assertThat(parsed.settings().port()).isEqualTo(2);
        assertThat(parsed.etcd().prefix()).isEqualTo("/a/");
        assertThat(parsed.etcd().lease()).isEmpty();
        assertThat(parsed.etcd().etcd().endpoints()).map(EtcdEndpoint::toString).containsExactly("https://b:3");
        assertThat(parse(variables, "--etcd", "c:4").etcd().etcd().endpoints())
                .map(EtcdEndpoint::toString)
                .containsExactly("http://c:4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--port=65536", "--prefix=/a", "--lease=0s", "--grace=1", "--etcd=a:b", "--advertise=a:b:c:d"})
    void refuses_a_value_that_cannot_be_used(String option) {
        assertThatThrownBy(() -> parse(Map.of(), option))
                .isInstanceOfAny(IllegalArgumentException.class, ParameterException.class)
                .hasMessageContaining(option.substring(2, option.indexOf('=')));
    }

    @Test
    void the_address_in_etcd_is_the_advertised_one_or_the_one_it_listens_on_or_the_one_towards_etcd()
            throws IOException {
        assertThat(address("--advertise", "web.example")).isEqualTo(new HostPort("web.example", 7));
        assertThat(address("--advertise", "web.example:80")).isEqualTo(new HostPort("web.example", 80));
        assertThat(address("--host", "127.0.0.2")).isEqualTo(new HostPort("127.0.0.2", 7));
        assertThat(address("--etcd", "127.0.0.1:9")).isEqualTo(new HostPort("127.0.0.1", 7));
    }

    private static HostPort address(String... args) throws IOException {
        Parsed parsed = parse(Map.of(), args);
        var entry = new Registration(parsed.settings(), parsed.etcd(), "web", 7).current();
        assertThat(entry.key()).isEqualTo("/services/web/" + entry.value());
        return HostPort.parse(entry.value());
    }
}
