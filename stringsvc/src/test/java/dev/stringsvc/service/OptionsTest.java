package dev.stringsvc.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.program.Environment;
import dev.stringsvc.program.LogFormat;
import dev.stringsvc.program.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class OptionsTest {
    private static Settings settings(Map<String, String> environment, String... args) {
        var options = new Options();
        new CommandLine(options)
                .setDefaultValueProvider(new Variables(new Environment(environment)))
                .parseArgs(args);
        return options.settings(new Environment(environment));
    }

    private static ConsulSettings consul(Map<String, String> environment, String... args) {
        return settings(environment, args).registration().orElseThrow().consul();
    }

    @Test
    void has_defaults_for_all_options() {
        var settings = settings(Map.of());
        assertThat(settings.host()).isEqualTo("0.0.0.0");
        assertThat(settings.port()).isEqualTo(8000);
        assertThat(settings.id()).isEmpty();
        assertThat(settings.advertise()).isEmpty();
        assertThat(settings.tags()).isEmpty();
        assertThat(settings.grace()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.drain()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.logFormat()).isEqualTo(LogFormat.LOGFMT);
        var registration = settings.registration().orElseThrow();
        assertThat(registration.consul()).isEqualTo(ConsulSettings.at("127.0.0.1:8500"));
        assertThat(registration.checkInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(registration.deregisterAfter()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void the_log_s_format_is_logfmt_or_json() {
        assertThat(settings(Map.of(), "--log-format", "json").logFormat()).isEqualTo(LogFormat.JSON);
        assertThat(settings(Map.of("STRINGSVC_LOG_FORMAT", "json")).logFormat()).isEqualTo(LogFormat.JSON);
        assertThatThrownBy(() -> settings(Map.of(), "--log-format", "xml"))
                .hasMessageContaining("expected logfmt or json, got 'xml'");
    }

    @Test
    void the_environment_replaces_missing_flags_and_flags_win() {
        var environment = Map.of(
                "STRINGSVC_PORT", "8001",
                "STRINGSVC_HOST", "",
                "STRINGSVC_TAGS", "a, b",
                "STRINGSVC_ADVERTISE", "10.0.0.1:80",
                "STRINGSVC_GRACE", "250ms",
                "CONSUL_HTTP_ADDR", "consul:8500",
                "CONSUL_HTTP_SSL", "true");
        var settings = settings(environment, "--grace", "3s");
        assertThat(settings.port()).isEqualTo(8001);
        assertThat(settings.host()).isEqualTo("0.0.0.0");
        assertThat(settings.tags()).containsExactly("a", "b");
        assertThat(settings.advertise()).hasValue(new Settings.Advertise("10.0.0.1", OptionalInt.of(80)));
        assertThat(settings.grace()).isEqualTo(Duration.ofSeconds(3));
        assertThat(consul(environment).address()).hasToString("https://consul:8500");
        assertThat(consul(environment, "--consul", "other:1").address()).hasToString("https://other:1");
        assertThat(settings(environment, "--no-register").registration()).isEmpty();
        assertThat(settings(Map.of("STRINGSVC_NO_REGISTER", "true")).registration())
                .isEmpty();
    }

    @Test
    void an_advertised_host_without_a_port_takes_the_one_it_listens_on() {
        assertThat(settings(Map.of(), "--advertise", "::1").advertise())
                .hasValue(new Settings.Advertise("::1", OptionalInt.empty()));
    }

    @Test
    void the_token_comes_from_the_environment_or_a_file_and_is_not_shown(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(dir.resolve("token"), "from-file\n");
        assertThat(consul(Map.of("CONSUL_HTTP_TOKEN_FILE", file.toString())).tokenFile())
                .isEqualTo(file.toString());
        var settings = settings(Map.of("CONSUL_HTTP_TOKEN", "from-env"));
        assertThat(settings.registration().orElseThrow().consul().token()).isEqualTo(new Secret("from-env"));
        assertThat(settings.toString()).doesNotContain("from-env");
        assertThatThrownBy(() -> settings(Map.of("CONSUL_HTTP_TOKEN_FILE", "/nowhere")))
                .hasMessageStartingWith("CONSUL_HTTP_TOKEN_FILE: ")
                .hasMessageContaining("/nowhere cannot be read");
    }

    @Test
    void a_variable_of_consul_that_cannot_be_used_is_refused_by_name() {
        assertThatThrownBy(() -> settings(Map.of("CONSUL_HTTP_SSL", "yes")))
                .hasMessage("CONSUL_HTTP_SSL: expected true or false, got \"yes\"");
        assertThatThrownBy(() -> settings(Map.of("CONSUL_HTTP_ADDR", "ftp://c")))
                .hasMessageStartingWith("CONSUL_HTTP_ADDR: expected Consul's host:port");
    }

    @ParameterizedTest
    @CsvSource({
        "--port, x, is not an int",
        "--port, 70000, from 0 to 65535",
        "--grace, 2, expected a duration such as",
        "--drain, -1s, expected a duration such as",
        "--check-interval, 0s, must be more than 0s",
        "--deregister-after, 0m, must be more than 0s",
        "--consul, ftp://c, --consul: expected Consul's host:port",
        "--advertise, a:b, --advertise: expected host:port",
        "--nonsense, 1, Unknown option"
    })
    void a_wrong_value_is_refused_with_a_sentence(String option, String value, String sentence) {
        assertThatThrownBy(() -> settings(Map.of(), option, value)).hasMessageContaining(sentence);
    }

    @ParameterizedTest
    @CsvSource({"250ms, 250", "2s, 2000", "1m, 60000", "1h, 3600000", "0s, 0", "1.5s, 1500", "1m30s, 90000"})
    void durations_have_a_unit(String text, long millis) {
        assertThat(settings(Map.of(), "--grace", text).grace()).isEqualTo(Duration.ofMillis(millis));
        assertThat(settings(Map.of("STRINGSVC_DRAIN", text)).drain()).isEqualTo(Duration.ofMillis(millis));
    }
}
