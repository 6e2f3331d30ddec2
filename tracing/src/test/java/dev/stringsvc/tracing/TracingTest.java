package dev.stringsvc.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.stringsvc.program.Environment;
import dev.stringsvc.testkit.TraceCollector;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TracingTest {
    private static Tracing start(TraceCollector collector, Map<String, String> more) {
        Map<String, String> variables = new HashMap<>(more);
        variables.put("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint());
        return Tracing.start(new Environment(variables), new Tracing.Program("a", "a-1"));
    }

    private static Tracing.HttpHead head(String method) {
        return new Tracing.HttpHead(
                method,
                "http",
                null,
                "/x",
                "HTTP/2.0",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                name -> List.of());
    }

    @ParameterizedTest
    @CsvSource({"200, 0", "404, 0", "499, 0", "500, 2", "503, 2"})
    void only_a_fault_of_the_server_is_an_error(int status, int error) throws Exception {
        try (var collector = TraceCollector.start()) {
            try (Tracing tracing = start(collector, Map.of())) {
                tracing.http(head("GET")).ended(status);
            }
            TraceCollector.Seen span = collector.seen().getFirst();
            assertThat(span.span().getStatus().getCodeValue()).isEqualTo(error);
            assertThat(span.attributes().get("error.type")).isEqualTo(error == 0 ? null : Integer.toString(status));
        }
    }

    @Test
    void callers_cannot_make_up_names_of_spans() throws Exception {
        try (var collector = TraceCollector.start()) {
            try (Tracing tracing = start(collector, Map.of())) {
                tracing.http(head("BREW")).ended(501);
            }
            TraceCollector.Seen span = collector.seen().getFirst();
            assertThat(span.span().getName()).isEqualTo("HTTP");
            assertThat(span.attributes())
                    .containsEntry("http.request.method", "_OTHER")
                    .containsEntry("http.request.method_original", "BREW")
                    .containsEntry("network.protocol.version", "2");
        }
    }

    @Test
    void variables_win_over_the_programs_name_and_instance() throws Exception {
        try (var collector = TraceCollector.start()) {
            var variables = Map.of("OTEL_SERVICE_NAME", "b", "OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=b-1");
            try (Tracing tracing = start(collector, variables)) {
                tracing.http(head("GET")).ended(200);
            }
            assertThat(collector.seen().getFirst().resource())
                    .containsEntry("service.name", "b")
                    .containsEntry("service.instance.id", "b-1");
        }
    }

    @Test
    void sampler_of_the_environment_decides() throws Exception {
        try (var collector = TraceCollector.start()) {
            try (Tracing tracing = start(collector, Map.of("OTEL_TRACES_SAMPLER", "always_off"))) {
                CallTrace.OfHttp trace = tracing.http(head("GET"));
                trace.ended(200);
                assertThat(trace.id()).isPresent();
            }
            assertThat(collector.seen()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "OTEL_TRACES_SAMPLER, sometimes, sometimes",
        "OTEL_BSP_SCHEDULE_DELAY, soon, otel.bsp.schedule.delay",
        "OTEL_EXPORTER_OTLP_ENDPOINT, collector, collector",
        "OTEL_EXPORTER_OTLP_PROTOCOL, smoke, smoke"
    })
    void wrong_variable_is_refused_in_a_sentence(String variable, String value, String named) {
        Map<String, String> variables = new HashMap<>(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"));
        variables.put(variable, value);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tracing.start(new Environment(variables), new Tracing.Program("a", "a-1"))
                        .close())
                .withMessageStartingWith("traces: ")
                .withMessageContaining(named);
    }
}
