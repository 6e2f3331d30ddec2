package dev.stringsvc.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.program.Environment;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceVariablesTest {
    private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318";

    @ParameterizedTest
    @CsvSource({
        "'', false",
        "OTEL_SERVICE_NAME=x, false",
        "OTEL_EXPORTER_OTLP_ENDPOINT=, false",
        ENDPOINT + ", true",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://localhost:4318/v1/traces, true",
        ENDPOINT + " OTEL_SDK_DISABLED=true, false",
        ENDPOINT + " OTEL_SDK_DISABLED=TRUE, false",
        ENDPOINT + " OTEL_SDK_DISABLED=false, true",
        ENDPOINT + " OTEL_TRACES_EXPORTER=none, false",
        ENDPOINT + " OTEL_TRACES_EXPORTER=otlp, true"
    })
    void traces_are_on_if_an_endpoint_is_named_and_nothing_switches_them_off(String variables, boolean on) {
        var environment = new Environment(Arrays.stream(variables.split(" ", -1))
                .filter(one -> !one.isEmpty())
                .collect(Collectors.toMap(
                        one -> one.substring(0, one.indexOf('=')), one -> one.substring(one.indexOf('=') + 1))));
        assertThat(TraceVariables.on(environment)).isEqualTo(on);
    }
}
