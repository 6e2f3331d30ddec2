package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import dev.stringsvc.testkit.TraceCollector;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Traces, as a collector decodes them.
class TraceTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";
    private static final Duration SOON = Duration.ofSeconds(10);

    /// The gateway's options for sending there.
    private static String options(TraceCollector collector) {
        return "traces.endpoint=" + collector.endpoint() + " otel.bsp.schedule.delay=20";
    }

    private static HttpMessage get(GatewayFixture gateway, String... fields) throws IOException {
        String head = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
        return gateway.exchange("GET /svc/a?key=secret HTTP/1.1\r\nHost: gw:80\r\n" + head + "\r\n");
    }

    private static String traceparent(String flags) {
        return "traceparent: 00-" + TRACE + "-" + PARENT + "-" + flags;
    }

    private static String traceparent(TraceCollector.Seen span) {
        return "00-%s-%s-%02x".formatted(span.trace(), span.id(), span.span().getFlags() & 0xff);
    }

    @Test
    void request_has_a_span_and_its_attempt_one_below_it() throws Exception {
        var instance = FakeInstance.healthy();
        try (var collector = TraceCollector.start();
                var gateway = GatewayFixture.with(options(collector), instance)) {
            get(gateway, "User-Agent: test");
            List<TraceCollector.Seen> spans = collector.spans(2);
            assertThat(spans).hasSize(2);
            TraceCollector.Seen server = spans.getFirst();
            TraceCollector.Seen attempt = spans.getLast();
            assertThat(server.parent()).isEmpty();
            assertThat(attempt.parent()).isEqualTo(server.id());
            assertThat(attempt.trace()).isEqualTo(server.trace());
            assertThat(server.span().getName()).isEqualTo("GET /svc");
            assertThat(server.resource()).containsEntry("service.name", "gateway");
            assertThat(server.attributes())
                    .containsAllEntriesOf(Map.of(
                            "http.request.method", "GET",
                            "http.response.status_code", "200",
                            "http.route", "/svc",
                            "url.path", "/svc/a",
                            "server.address", "gw",
                            "user_agent.original", "test",
                            "gateway.route", "r",
                            "gateway.service", "svc",
                            "gateway.instance.id", instance.address()));
            assertThat(attempt.attributes())
                    .containsAllEntriesOf(Map.of(
                            "http.response.status_code",
                            "200",
                            "gateway.instance.id",
                            instance.address(),
                            "gateway.outcome",
                            "answered 200",
                            "server.port",
                            Integer.toString(instance.port())))
                    .doesNotContainKey("http.request.resend_count");
            assertThat(spans.toString()).doesNotContain("secret");
            assertThat(instance.request().header("traceparent")).isEqualTo(traceparent(attempt));
            assertThat(gateway.logLine()).contains("trace_id=" + server.trace());
        }
    }

    @Test
    void retry_has_a_span_of_its_own_that_counts_it() throws Exception {
        var healthy = FakeInstance.healthy();
        var breaking = FakeInstance.breaking();
        try (var collector = TraceCollector.start();
                var gateway = GatewayFixture.with(options(collector), breaking, healthy)) {
            assertThat(get(gateway).status()).isEqualTo(200);
            List<TraceCollector.Seen> spans = collector.spans(3);
            assertThat(spans).hasSize(3);
            TraceCollector.Seen server = spans.getFirst();
            assertThat(spans.get(1).parent()).isEqualTo(server.id());
            assertThat(spans.get(1).attributes())
                    .containsEntry("error.type", "connection_broke")
                    .doesNotContainKey("http.request.resend_count");
            assertThat(spans.get(1).span().getStatus().getCodeValue()).isEqualTo(2);
            assertThat(spans.get(2).parent()).isEqualTo(server.id());
            assertThat(spans.get(2).attributes()).containsEntry("http.request.resend_count", "1");
            assertThat(server.attributes()).containsEntry("gateway.attempts", "2");
            assertThat(server.span().getStatus().getCodeValue()).isZero();
            assertThat(breaking.request().header("traceparent")).isEqualTo(traceparent(spans.get(1)));
            assertThat(healthy.request().header("traceparent")).isEqualTo(traceparent(spans.get(2)));
        }
    }

    private static String openMetrics(GatewayFixture gateway) throws Exception {
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.gateway().adminPort() + "/metrics"))
                .header("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5")
                .build();
        var page = gateway.http().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(page.headers().firstValue("Content-Type"))
                .hasValue("application/openmetrics-text; version=1.0.0; charset=utf-8");
        assertThat(page.body())
                .endsWith("# EOF\n")
                .as("Prometheus refuses a page with an exemplar elsewhere")
                .doesNotContainPattern("(?m)^\\w+(?<!_bucket)\\{.*} \\S+ # ");
        return page.body();
    }

    @Test
    void kept_request_and_an_exemplar_of_the_histogram_name_the_trace() throws Exception {
        try (var collector = TraceCollector.start();
                var gateway =
                        GatewayFixture.with(options(collector), FakeInstance.breaking(), FakeInstance.healthy())) {
            String id = Objects.requireNonNull(get(gateway).header("X-Request-Id"));
            TraceCollector.Seen server = collector.spans(3).getFirst();
            gateway.logLines(1);
            assertThat(gateway.admin("/requests/" + id).body()).contains("\"traceId\" : \"" + server.trace() + '"');
            assertThat(openMetrics(gateway))
                    .containsPattern("gateway_request_duration_seconds_bucket\\{.*status=\"200\".*} 1 # \\{span_id=\""
                            + server.id() + "\",trace_id=\"" + server.trace() + "\"} [0-9.E-]+ ");
        }
    }

    @Test
    void request_that_is_not_sampled_is_no_exemplar() throws Exception {
        try (var collector = TraceCollector.start();
                var gateway = GatewayFixture.with(
                        options(collector) + " traces.sampler=always_off", FakeInstance.healthy())) {
            get(gateway);
            gateway.logLines(1);
            assertThat(openMetrics(gateway))
                    .contains("gateway_request_duration_seconds_bucket")
                    .doesNotContain("trace_id");
        }
    }

    @Test
    void attempt_that_ejects_its_instance_leaves_an_event() throws Exception {
        try (var collector = TraceCollector.start();
                var gateway = GatewayFixture.with(
                        options(collector) + " ejection.failures=1", FakeInstance.breaking(), FakeInstance.healthy())) {
            get(gateway);
            assertThat(collector.spans(3).getFirst().events()).contains("gateway.ejected");
        }
    }

    @Test
    void delay_before_a_retry_leaves_an_event() throws Exception {
        try (var collector = TraceCollector.start();
                var gateway = GatewayFixture.with(
                        options(collector) + " retry.backoff=50ms",
                        FakeInstance.breaking(),
                        FakeInstance.breaking(),
                        FakeInstance.breaking())) {
            get(gateway);
            TraceCollector.Seen server = collector.spans(4).getFirst();
            assertThat(server.events()).contains("gateway.retry.delay");
            assertThat(server.span().getStatus().getCodeValue()).isEqualTo(2);
            assertThat(server.attributes()).containsEntry("error.type", "502");
        }
    }

    @Test
    void hedge_has_a_span_and_the_overtaken_attempt_is_no_error() throws Exception {
        var hung = FakeInstance.hung();
        var healthy = FakeInstance.healthy();
        try (var collector = TraceCollector.start();
                var gateway = GatewayFixture.with(options(collector) + " route.attempt-timeout=100ms", hung, healthy)) {
            assertThat(get(gateway).status()).isEqualTo(200);
            List<TraceCollector.Seen> spans = collector.spans(3);
            assertThat(spans.get(1).attributes()).containsEntry("gateway.outcome", "overtaken");
            assertThat(spans.get(1).span().getStatus().getCodeValue()).isZero();
            assertThat(spans.get(2).attributes()).containsEntry("gateway.hedge", "true");
            assertThat(healthy.request().header("traceparent")).isEqualTo(traceparent(spans.get(2)));
        }
    }

    @Test
    void trace_of_a_client_goes_on_with_its_state_and_baggage() throws Exception {
        var instance = FakeInstance.healthy();
        try (var collector = TraceCollector.start();
                var gateway = GatewayFixture.with(options(collector), instance)) {
            get(gateway, traceparent("01"), "tracestate: a=1", "tracestate: b=2", "baggage: user = %20x ;p=1");
            TraceCollector.Seen server = collector.spans(2).getFirst();
            assertThat(server.trace()).isEqualTo(TRACE);
            assertThat(server.parent()).isEqualTo(PARENT);
            HttpMessage got = instance.request();
            assertThat(got.header("tracestate")).isEqualTo("a=1,b=2");
            assertThat(got.header("baggage")).isEqualTo("user = %20x ;p=1");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "traceparent: x",
                "traceparent: 00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
                        + "traceparent: 00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203331-01"
            })
    void malformed_traceparent_begins_a_new_trace(String field) throws Exception {
        var instance = FakeInstance.healthy();
        try (var collector = TraceCollector.start();
                var gateway = GatewayFixture.with(options(collector), instance)) {
            get(gateway, field);
            List<TraceCollector.Seen> spans = collector.spans(2);
            assertThat(spans.getFirst().parent()).isEmpty();
            assertThat(spans.getFirst().trace()).isNotEqualTo(TRACE);
            assertThat(instance.request().head())
                    .filteredOn(line -> line.startsWith("traceparent"))
                    .containsExactly("traceparent: " + traceparent(spans.getLast()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        // trusted, sampler, client's flag, sampled
        "true, parentbased_always_off, 01, true",
        "false, parentbased_always_off, 01, false",
        "true, parentbased_always_on, 00, false",
        "false, parentbased_always_on, 00, true"
    })
    void sampled_flag_counts_only_from_a_trusted_proxy(boolean trusted, String sampler, String flag, boolean sampled)
            throws Exception {
        var instance = FakeInstance.healthy();
        String options = " traces.sampler=" + sampler + (trusted ? " trusted-proxies=127.0.0.1" : "");
        try (var collector = TraceCollector.start();
                var gateway = GatewayFixture.with(options(collector) + options, instance)) {
            get(gateway, traceparent(flag));
            assertThat(instance.request().header("traceparent"))
                    .startsWith("00-" + TRACE)
                    .endsWith(sampled ? "-01" : "-00")
                    .doesNotContain(PARENT);
            gateway.closeGateway(); // sends what is queued
            assertThat(collector.seen()).hasSize(sampled ? 2 : 0);
        }
    }

    @Test
    void sampler_that_takes_none_sends_none_and_passes_the_trace_on() throws Exception {
        var instance = FakeInstance.healthy();
        try (var collector = TraceCollector.start();
                var gateway = GatewayFixture.with(
                        options(collector) + " traces.sampler=traceidratio traces.sampler-argument=0", instance)) {
            get(gateway);
            assertThat(instance.request().header("traceparent")).matches("00-.*-0[02]"); // not sampled
            assertThat(gateway.logLine()).contains("trace_id=");
            gateway.closeGateway();
            assertThat(collector.seen()).isEmpty();
        }
    }

    @Test
    void probe_carries_no_trace() throws Exception {
        var failing = FakeInstance.breaking();
        try (var collector = TraceCollector.start();
                var gateway = GatewayFixture.with(
                        options(collector) + " ejection.failures=1 ejection.probe-after=10ms",
                        failing,
                        FakeInstance.healthy())) {
            get(gateway, traceparent("01"));
            assertThat(failing.requests()).hasSize(1);
            await().atMost(SOON).until(() -> {
                get(gateway, traceparent("01"));
                return failing.requests().size() > 1;
            });
            assertThat(failing.requests().getLast().header("traceparent")).isNull();
        }
    }

    @Test
    void without_an_endpoint_the_fields_pass_unchanged() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            get(gateway, "traceparent: not-valid", "tracestate: , ,", "baggage: a=b");
            HttpMessage got = instance.request();
            assertThat(got.header("traceparent")).isEqualTo("not-valid");
            assertThat(got.header("tracestate")).isEqualTo(", ,");
            assertThat(got.header("baggage")).isEqualTo("a=b");
            assertThat(gateway.logLine()).doesNotContain("trace_id");
        }
    }

    @Test
    void grpc_collector_gets_the_spans_of_a_call() throws Exception {
        var method = new GrpcServer.Method(GrpcServer.UNARY, ServerCalls.asyncUnaryCall((request, answer) -> {
            answer.onNext(request);
            answer.onCompleted();
        }));
        try (var collector = GrpcTraceCollector.start();
                var server = GrpcServer.serving(method);
                var gateway = GrpcFixture.traced(
                        "{endpoint: 'http://127.0.0.1:%d', protocol: grpc, settings: {otel.bsp.schedule.delay: 20}}"
                                .formatted(collector.port()),
                        server)) {
            gateway.unary("x");
            List<TraceCollector.Seen> spans = collector.spans(2);
            assertThat(spans.getFirst().attributes())
                    .containsAllEntriesOf(Map.of(
                            "rpc.system.name", "grpc",
                            "rpc.method", "test.Echo/Unary",
                            "rpc.response.status_code", "OK"));
            assertThat(spans.getLast().attributes()).containsEntry("rpc.method", "test.Echo/Unary");
            assertThat(spans.getLast().parent()).isEqualTo(spans.getFirst().id());
        }
    }

    @Test
    void field_that_the_route_sets_stays_as_the_route_sets_it() throws Exception {
        var instance = FakeInstance.healthy();
        try (var collector = TraceCollector.start();
                var gateway = GatewayFixture.routing(
                        options(collector),
                        route -> route.putObject("request-headers")
                                .putObject("set")
                                .put("traceparent", "mine"),
                        instance)) {
            get(gateway, traceparent("01"));
            assertThat(instance.request().head())
                    .filteredOn(line -> line.startsWith("traceparent"))
                    .containsExactly("traceparent: mine");
            assertThat(collector.spans(2).getFirst().trace()).isEqualTo(TRACE);
        }
    }

    @Test
    void collector_that_is_away_costs_no_request_and_one_log_line_until_it_is_back() throws Exception {
        try (var lines = new RootLog("ReportingExporter", "io.opentelemetry");
                var collector = TraceCollector.start();
                var gateway = GatewayFixture.with(options(collector), FakeInstance.healthy())) {
            collector.answers(400);
            for (int lost = 1; lost <= 3; lost++) {
                int refused = lost;
                assertThat(get(gateway).status()).isEqualTo(200);
                await().atMost(SOON).until(() -> collector.exports() >= refused && lines.of("traces are lost") == 1);
            }
            collector.answers(200);
            await().atMost(SOON).until(() -> {
                get(gateway);
                return lines.of("takes spans again") == 1;
            });
            assertThat(lines.of("traces are lost")).isEqualTo(1);
            assertThat(lines.all()).allMatch(line -> line.startsWith("ReportingExporter"));
        }
    }

    @Test
    void collector_that_hangs_costs_no_request_and_bounded_memory() throws Exception {
        try (var collector = TraceCollector.start();
                var gateway = GatewayFixture.with(
                        options(collector) + " otel.bsp.max.queue.size=4 otel.bsp.max.export.batch.size=2",
                        FakeInstance.healthy())) {
            collector.hangs();
            for (int i = 0; i < 50; i++) {
                assertThat(get(gateway).status()).isEqualTo(200);
            }
            collector.goesOn();
            gateway.closeGateway();
            assertThat(collector.seen()).hasSizeLessThanOrEqualTo(8);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "traces.sampler=sometimes, 'traces.sampler: expected one of always_on'",
        "otel.bsp.schedule.delay=soon, 'traces: '",
        "otel.bsp.schedule.delay=soon, otel.bsp.schedule.delay"
    })
    void setting_that_is_not_valid_is_refused(String option, String named) throws Exception {
        try (var instance = FakeInstance.healthy()) {
            assertThatThrownBy(() -> GatewayFixture.with("traces.endpoint=http://127.0.0.1:1 " + option, instance)
                            .close())
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining(named);
        }
    }
}
