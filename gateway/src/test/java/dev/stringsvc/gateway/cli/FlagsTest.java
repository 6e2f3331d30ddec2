package dev.stringsvc.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stringsvc.program.Environment;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/// What flags and variables put into the configuration for etcd.
class FlagsTest {
    private static JsonNode etcd(Map<String, String> variables, String... flags) {
        var parsed = new Flags();
        var command = new CommandLine(CommandLine.Model.CommandSpec.create()
                .addMixin("flags", CommandLine.Model.CommandSpec.forAnnotatedObject(parsed)));
        command.parseArgs(flags);
        return parsed.overrides(command, new Environment(variables)).path("etcd");
    }

    private static JsonNode admin(Map<String, String> variables, String... flags) {
        var parsed = new Flags();
        var command = new CommandLine(CommandLine.Model.CommandSpec.create()
                .addMixin("flags", CommandLine.Model.CommandSpec.forAnnotatedObject(parsed)));
        command.parseArgs(flags);
        return parsed.overrides(command, new Environment(variables)).path("admin");
    }

    private static JsonNode meters(Map<String, String> variables) {
        var parsed = new Flags();
        var command = new CommandLine(CommandLine.Model.CommandSpec.create()
                .addMixin("flags", CommandLine.Model.CommandSpec.forAnnotatedObject(parsed)));
        return parsed.overrides(command, new Environment(variables)).path("meters");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            -    | -            | -            | -
            -    | http://c:1   | -            | -
            otlp | -            | -            | http://localhost:4318/v1/metrics
            otlp | http://c:1   | -            | http://c:1/v1/metrics
            otlp | http://c:1/a/| -            | http://c:1/a/v1/metrics
            OTLP | http://c:1   | http://d:2/x | http://d:2/x
            -    | http://c:1   | http://d:2/x | http://d:2/x
            none | http://c:1   | http://d:2/x | ''
            prometheus | -      | http://d:2/x | ''
            """)
    void opentelemetrys_variables_say_where_meters_are_sent(
            @Nullable String exporter, @Nullable String ofAll, @Nullable String ofMeters, @Nullable String endpoint) {
        Map<String, String> variables = new HashMap<>();
        variables.put("OTEL_METRIC_EXPORT_INTERVAL", "5000");
        if (exporter != null) {
            variables.put("OTEL_METRICS_EXPORTER", exporter);
        }
        if (ofAll != null) {
            variables.put("OTEL_EXPORTER_OTLP_ENDPOINT", ofAll);
        }
        if (ofMeters != null) {
            variables.put("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", ofMeters);
        }
        JsonNode meters = meters(variables);
        assertThat(
                        meters.path("endpoint").isMissingNode()
                                ? null
                                : meters.path("endpoint").asText())
                .isEqualTo(endpoint);
        if (endpoint != null && !endpoint.isEmpty()) {
            assertThat(meters.path("interval").asText()).isEqualTo("5000ms");
        }
        variables.put("OTEL_SDK_DISABLED", "true");
        assertThat(meters(variables).path("endpoint").asText("absent")).isEmpty();
    }

    @Test
    void the_variable_of_the_token_wins_over_the_file_and_a_named_file_over_it() throws Exception {
        Map<String, String> token = Map.of("GATEWAY_ADMIN_TOKEN", " sixteen-letters- ");
        assertThat(admin(token)).isEqualTo(new JsonMapper().readTree("""
                {"token": "sixteen-letters-", "token-file": ""}"""));
        assertThat(admin(token, "--admin-token-file", "f").path("token-file").asText())
                .isEqualTo("f");
        assertThat(admin(Map.of())).isEmpty();
    }

    @Test
    void metrics_are_opened_by_a_flag_with_or_without_a_word() {
        assertThat(admin(Map.of(), "--admin-open-metrics").path("open-metrics").asBoolean())
                .isTrue();
        assertThat(admin(Map.of(), "--admin-open-metrics=true")
                        .path("open-metrics")
                        .asBoolean())
                .isTrue();
        assertThat(admin(Map.of(), "--admin-open-metrics=false").path("open-metrics"))
                .isEqualTo(com.fasterxml.jackson.databind.node.BooleanNode.FALSE);
    }

    @Test
    void a_file_is_checked_together_with_the_variables_of_the_token() throws Exception {
        assertThat(Flags.beside(new Environment(
                        Map.of("GATEWAY_ADMIN_TOKEN", "sixteen-letters-", "GATEWAY_ADMIN_TOKEN_FILE", "f"))))
                .isEqualTo(new JsonMapper().readTree("""
                {"admin": {"token": "sixteen-letters-", "token-file": "f"}}"""));
    }

    @Test
    void etcds_own_variables_set_the_keys_that_mean_the_same() throws Exception {
        JsonNode keys = etcd(Map.of(
                "ETCDCTL_ENDPOINTS", "a:1, https://b",
                "ETCDCTL_USER", "me:pass:word",
                "ETCDCTL_INSECURE_SKIP_TLS_VERIFY", "true"));
        assertThat(keys).isEqualTo(new JsonMapper().readTree("""
                {"endpoints": ["a:1", "https://b"], "username": "me", "password": "pass:word", "password-file": "",
                 "verify": false}"""));
        assertThat(etcd(Map.of())).isEmpty();
    }

    @Test
    void the_flag_wins_over_the_variable() {
        assertThat(etcd(Map.of("ETCDCTL_ENDPOINTS", "a:1"), "--etcd", "b:2,c:3").path("endpoints"))
                .map(JsonNode::asText)
                .containsExactly("b:2", "c:3");
    }

    @Test
    void a_password_of_the_environment_may_belong_to_a_user_of_the_file() {
        assertThat(etcd(Map.of("ETCDCTL_PASSWORD", "secret")).has("username")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ETCDCTL_ENDPOINTS                | a:b      | ETCDCTL_ENDPOINTS: expected etcd's host:port
            ETCDCTL_CACERT                   | /nowhere | ETCDCTL_CACERT: expected a PEM file, and /nowhere cannot be read
            ETCDCTL_CERT                     | /nowhere | ETCDCTL_KEY: expected the file of the certificate's private key
            ETCDCTL_INSECURE_SKIP_TLS_VERIFY | yes      | ETCDCTL_INSECURE_SKIP_TLS_VERIFY: expected true or false, got "yes"
            """)
    void a_variable_that_cannot_be_used_is_refused_by_name(String variable, String value, String message) {
        assertThatThrownBy(() -> etcd(Map.of(variable, value)))
                .isInstanceOf(ParameterException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void a_flag_that_cannot_be_used_is_refused_by_name() {
        assertThatThrownBy(() -> etcd(Map.of(), "--etcd", "a:b")).hasMessageStartingWith("--etcd: expected etcd's");
    }

    @Test
    void a_file_is_checked_together_with_the_endpoints_of_the_environment() {
        assertThat(Flags.beside(new Environment(Map.of("ETCDCTL_ENDPOINTS", "a:1")))
                        .at("/etcd/endpoints/0")
                        .asText())
                .isEqualTo("a:1");
        assertThat(Flags.beside(new Environment(Map.of()))).isEmpty();
    }
}
