package dev.stringsvc.testkit;

import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/// Takes spans by OTLP over HTTP, and decodes them. Modules that use it need `opentelemetry-proto`.
/// Thread-safe.
public final class TraceCollector implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final HttpServer server;
    private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
    private final AtomicInteger exports = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile int status = 200;
    private volatile boolean hangs;

    private TraceCollector(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/v1/traces", this::take);
        server.start();
    }

    /// A span, with the attributes of its resource.
    public record Seen(Span span, Map<String, String> resource) {
        public String id() {
            return HexFormat.of().formatHex(span.getSpanId().toByteArray());
        }

        public String parent() {
            return HexFormat.of().formatHex(span.getParentSpanId().toByteArray());
        }

        public String trace() {
            return HexFormat.of().formatHex(span.getTraceId().toByteArray());
        }

        /// Program, kind and name, such as `gateway CLIENT GET`.
        public String summary() {
            String kind = span.getKind().name().replace("SPAN_KIND_", "");
            return resource.get("service.name") + " " + kind + " " + span.getName();
        }

        public boolean isServer() {
            return span.getKind() == Span.SpanKind.SPAN_KIND_SERVER;
        }

        public Map<String, String> attributes() {
            return texts(span.getAttributesList());
        }

        public List<String> events() {
            return span.getEventsList().stream().map(Span.Event::getName).toList();
        }
    }

    /// Starts a collector on a port of the loopback that the kernel chooses.
    public static TraceCollector start() throws IOException {
        return new TraceCollector(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exports.incrementAndGet();
            if (hangs) {
                released.await();
            }
            if (status == 200) {
                add(ExportTraceServiceRequest.parseFrom(body));
            }
            exchange.sendResponseHeaders(status, -1);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Keeps the spans of a request that came in another way.
    public void add(ExportTraceServiceRequest request) {
        request.getResourceSpansList()
                .forEach(resource -> resource.getScopeSpansList()
                        .forEach(scope -> scope.getSpansList()
                                .forEach(span -> seen.add(new Seen(
                                        span, texts(resource.getResource().getAttributesList()))))));
    }

    private static Map<String, String> texts(List<KeyValue> attributes) {
        return attributes.stream().collect(Collectors.toMap(KeyValue::getKey, one -> text(one.getValue())));
    }

    private static String text(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case INT_VALUE -> Long.toString(value.getIntValue());
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            default -> value.toString();
        };
    }

    /// Answers with this status, and keeps nothing unless it is 200.
    public void answers(int status) {
        this.status = status;
    }

    /// Answers nothing until [#goesOn].
    public void hangs() {
        hangs = true;
    }

    public void goesOn() {
        released.countDown();
    }

    /// What OTEL_EXPORTER_OTLP_ENDPOINT names.
    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// The number of times that something was sent by HTTP.
    public int exports() {
        return exports.get();
    }

    /// The spans so far.
    public List<Seen> seen() {
        return List.copyOf(seen);
    }

    /// Waits until there are this many spans; the server's first, then the attempts as they began.
    public List<Seen> spans(int count) {
        await().pollInterval(Duration.ofMillis(5)).atMost(SOON).until(() -> seen.size() >= count);
        return seen.stream()
                .sorted((one, other) -> one.isServer() != other.isServer()
                        ? (one.isServer() ? -1 : 1)
                        : Long.compare(
                                one.span().getStartTimeUnixNano(), other.span().getStartTimeUnixNano()))
                .toList();
    }

    @Override
    public void close() {
        released.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
