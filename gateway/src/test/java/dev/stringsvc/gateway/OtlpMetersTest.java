package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.stringsvc.gateway.transport.FakeInstance;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Meters that are sent by OTLP, as a collector decodes them.
class OtlpMetersTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    /// Takes what is sent to `/v1/metrics`.
    private static final class Collector implements AutoCloseable {
        private final HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        private final Queue<ResourceMetrics> seen = new ConcurrentLinkedQueue<>();
        private final AtomicInteger refused = new AtomicInteger();
        private volatile int status = 200;

        Collector() throws IOException {
            server.createContext("/v1/metrics", exchange -> {
                try (exchange) {
                    var request = ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody());
                    if (status == 200) {
                        seen.addAll(request.getResourceMetricsList());
                    } else {
                        refused.incrementAndGet();
                    }
                    exchange.sendResponseHeaders(status, -1);
                }
            });
            server.start();
        }

        String options() {
            return "meters.endpoint=http://127.0.0.1:" + server.getAddress().getPort() + " meters.interval=50ms";
        }

        /// The last that was sent of a meter.
        Optional<Metric> last(String name) {
            return seen.stream()
                    .flatMap(resource -> resource.getScopeMetricsList().stream())
                    .flatMap(scope -> scope.getMetricsList().stream())
                    .filter(metric -> metric.getName().equals(name))
                    .reduce((_, later) -> later);
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    private static String value(List<KeyValue> attributes, String key) {
        return attributes.stream()
                .filter(one -> one.getKey().equals(key))
                .map(one -> one.getValue().getStringValue())
                .findFirst()
                .orElse("");
    }

    private static Optional<HistogramDataPoint> ofRoute(Collector collector, String route) {
        return collector.last("gateway.request.duration").stream()
                .flatMap(metric -> metric.getHistogram().getDataPointsList().stream())
                .filter(point -> value(point.getAttributesList(), "route").equals(route))
                .findFirst();
    }

    @Test
    void collector_gets_the_numbers_of_the_page() throws Exception {
        try (var collector = new Collector();
                var gateway = GatewayFixture.with(
                        collector.options() + " traces.resource-attributes.zone=here", FakeInstance.healthy())) {
            for (int i = 0; i < 3; i++) {
                assertThat(gateway.get("/svc/a").status()).isEqualTo(200);
            }
            gateway.logLines(3);
            await().atMost(SOON)
                    .until(() -> ofRoute(collector, "r").stream()
                                    .mapToLong(HistogramDataPoint::getCount)
                                    .sum()
                            == 3);
            HistogramDataPoint point = ofRoute(collector, "r").orElseThrow();
            assertThat(value(point.getAttributesList(), "status")).isEqualTo("200");
            assertThat(point.getExplicitBoundsList()).startsWith(0.001, 0.002, 0.005);
            assertThat(collector.last("gateway.request.duration").orElseThrow().getUnit())
                    .isEqualTo("seconds");
            assertThat(gateway.admin("/metrics").body())
                    .contains("gateway_request_duration_seconds_count", "process_cpu_seconds_total");
            assertThat(collector.last("process.cpu")).isPresent();
            List<KeyValue> resource = collector.seen.element().getResource().getAttributesList();
            assertThat(value(resource, "service.name")).isEqualTo("gateway");
            assertThat(value(resource, "zone")).isEqualTo("here");
        }
    }

    @Test
    void collector_that_is_away_for_a_while_costs_no_request_and_two_lines() throws Exception {
        try (var lines = new RootLog("OtlpMeter");
                var collector = new Collector()) {
            collector.status = 503;
            try (var gateway = GatewayFixture.with(collector.options(), FakeInstance.healthy())) {
                await().atMost(SOON).until(() -> collector.refused.get() >= 3);
                assertThat(gateway.get("/svc/a").status()).isEqualTo(200);
                collector.status = 200;
                await().atMost(SOON).until(() -> lines.of("the collector takes meters again") == 1);
                assertThat(lines.of("meters are not sent")).isEqualTo(1);
                assertThat(lines.all()).hasSize(2);
            }
        }
    }
}
