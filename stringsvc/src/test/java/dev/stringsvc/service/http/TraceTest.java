package dev.stringsvc.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.program.Environment;
import dev.stringsvc.testkit.TraceCollector;
import dev.stringsvc.tracing.Tracing;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Traces of the calls, as a collector decodes them, and their ids in the log.
class TraceTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";

    private static Tracing to(TraceCollector collector) {
        var variables = Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint(), "OTEL_BSP_SCHEDULE_DELAY", "20");
        return Tracing.start(new Environment(variables), new Tracing.Program("stringsvc", "stringsvc-1"));
    }

    private static void call(TestServer server, String path, String flags) throws Exception {
        server.send(server.request(path)
                .header("traceparent", "00-" + TRACE + "-" + PARENT + "-" + flags)
                .header("X-Request-Id", "abc-1")
                .POST(BodyPublishers.ofString("{\"s\":\"foo\"}")));
    }

    @Test
    void call_has_a_span_below_the_callers_and_both_ids_in_its_line() throws Exception {
        try (var collector = TraceCollector.start()) {
            var server = new TestServer(to(collector));
            call(server, "/uppercase", "01");
            TraceCollector.Seen span = collector.spans(1).getFirst();
            assertThat(server.stopAndReadLog())
                    .singleElement()
                    .asString()
                    .endsWith(" request_id=abc-1 trace_id=" + TRACE);
            assertThat(span.isServer()).isTrue();
            assertThat(span.trace()).isEqualTo(TRACE);
            assertThat(span.parent()).isEqualTo(PARENT);
            assertThat(span.span().getName()).isEqualTo("POST /uppercase");
            assertThat(span.attributes())
                    .containsAllEntriesOf(Map.of(
                            "http.request.method", "POST",
                            "http.response.status_code", "200",
                            "http.route", "/uppercase",
                            "url.path", "/uppercase",
                            "url.scheme", "http",
                            "server.address", "127.0.0.1",
                            "network.protocol.version", "1.1"))
                    .doesNotContainKey("error.type");
            assertThat(span.resource())
                    .containsEntry("service.name", "stringsvc")
                    .containsEntry("service.instance.id", "stringsvc-1");
        }
    }

    @Test
    void health_checks_and_scrapes_have_no_span() throws Exception {
        try (var collector = TraceCollector.start()) {
            var server = new TestServer(to(collector));
            server.get("/health");
            server.get("/metrics");
            server.get("/none");
            server.close(); // sends what is left
            assertThat(collector.seen()).singleElement().satisfies(span -> {
                assertThat(span.span().getName()).isEqualTo("GET");
                assertThat(span.attributes())
                        .containsEntry("http.response.status_code", "404")
                        .doesNotContainKeys("http.route", "error.type");
            });
        }
    }

    @Test
    void trace_that_the_caller_does_not_record_is_not_recorded_here() throws Exception {
        try (var collector = TraceCollector.start()) {
            var server = new TestServer(to(collector));
            call(server, "/count", "00");
            assertThat(server.stopAndReadLog()).singleElement().asString().contains("trace_id=" + TRACE);
            assertThat(collector.seen()).isEmpty();
        }
    }

    @Test
    void without_traces_the_callers_trace_is_in_the_line() throws Exception {
        var server = new TestServer();
        call(server, "/count", "01");
        assertThat(server.stopAndReadLog()).singleElement().asString().endsWith(" request_id=abc-1 trace_id=" + TRACE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "00-00000000000000000000000000000000-b7ad6b7169203331-01"})
    void without_a_valid_traceparent_the_line_has_no_trace(String field) throws Exception {
        var server = new TestServer();
        server.send(
                server.request("/count").header("traceparent", field).POST(BodyPublishers.ofString("{\"s\":\"x\"}")));
        assertThat(server.stopAndReadLog()).singleElement().asString().doesNotContain("trace_id");
    }

    @Test
    void every_path_of_a_call_is_a_route() throws Exception {
        try (var collector = TraceCollector.start()) {
            var server = new TestServer(to(collector));
            for (String path : List.of("/uppercase", "/count", "/notificator")) {
                call(server, path, "01");
            }
            server.close();
            assertThat(collector.seen())
                    .extracting(span -> span.attributes().get("http.route"))
                    .containsExactly("/uppercase", "/count", "/notificator");
        }
    }
}
