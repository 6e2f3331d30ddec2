package dev.stringsvc.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.service.Settings.ConsulSettings;
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
                .setDefaultValueProvider(new Environment(environment))
                .parseArgs(args);
        return options.settings(environment);
    }

    private static ConsulSettings consul(Map<String, String> environment, String... args) {
        return settings(environment, args).consul().orElseThrow();
    }

    @Test
    void says_nothing_and_gets_the_defaults() {
        var settings = settings(Map.of());
        assertThat(settings.host()).isEqualTo("0.0.0.0");
        assertThat(settings.port()).isEqualTo(8000);
        assertThat(settings.id()).isEmpty();
        assertThat(settings.advertise()).isEmpty();
        assertThat(settings.tags()).isEmpty();
        assertThat(settings.grace()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.drain()).isEqualTo(Duration.ofSeconds(10));
        var consul = settings.consul().orElseThrow();
        assertThat(consul.address().url()).isEqualTo("http://127.0.0.1:8500");
        assertThat(consul.token()).isEmpty();
        assertThat(consul.checkInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(consul.deregisterAfter()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void the_environment_stands_in_for_flags_and_flags_win() {
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
        assertThat(consul(environment).address().url()).isEqualTo("https://consul:8500");
        assertThat(settings(environment, "--no-register").consul()).isEmpty();
        assertThat(settings(Map.of("STRINGSVC_NO_REGISTER", "true")).consul()).isEmpty();
    }

    @Test
    void an_advertised_host_without_a_port_takes_the_one_it_listens_on() {
        assertThat(settings(Map.of(), "--advertise", "::1").advertise())
                .hasValue(new Settings.Advertise("::1", OptionalInt.empty()));
    }

    @Test
    void the_token_comes_from_the_environment_or_a_file_and_is_not_shown(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(dir.resolve("token"), "from-file\n");
        assertThat(consul(Map.of("CONSUL_HTTP_TOKEN_FILE", file.toString())).token())
                .hasValue("from-file");
        var both = consul(Map.of("CONSUL_HTTP_TOKEN", "from-env", "CONSUL_HTTP_TOKEN_FILE", file.toString()));
        assertThat(both.token()).hasValue("from-env");
        assertThat(both.toString()).doesNotContain("from-env");
        assertThatThrownBy(() -> settings(Map.of("CONSUL_HTTP_TOKEN_FILE", "/nowhere")))
                .hasMessage("CONSUL_HTTP_TOKEN_FILE: cannot read '/nowhere'");
    }

    @ParameterizedTest
    @CsvSource({
        "--port, x, is not an int",
        "--port, 70000, from 0 to 65535",
        "--grace, 2, is not a duration such as",
        "--drain, -1s, is not a duration such as",
        "--check-interval, 0s, must be more than 0s",
        "--deregister-after, 0m, must be more than 0s",
        "--consul, ftp://c, neither http:// nor https://",
        "--advertise, a:b, is not a colon and a port",
        "--nonsense, 1, Unknown option"
    })
    void what_can_not_be_is_refused_in_a_sentence(String option, String value, String sentence) {
        assertThatThrownBy(() -> settings(Map.of(), option, value)).hasMessageContaining(sentence);
    }

    @ParameterizedTest
    @CsvSource({"250ms, 250", "2s, 2000", "1m, 60000", "1h, 3600000", "0s, 0"})
    void durations_have_a_unit(String text, long millis) {
        assertThat(new DurationText().convert(text)).isEqualTo(Duration.ofMillis(millis));
    }
}
