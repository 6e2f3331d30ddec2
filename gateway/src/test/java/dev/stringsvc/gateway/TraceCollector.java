package dev.stringsvc.gateway;

import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
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

/// Takes spans by OTLP, over HTTP or gRPC, and decodes them.
final class TraceCollector implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
    private final AtomicInteger exports = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile int status = 200;
    private volatile boolean hangs;
    private Runnable stop = () -> {};
    private int port;

    /// A span, with the attributes of its resource.
    record Seen(Span span, Map<String, String> resource) {
        String id() {
            return HexFormat.of().formatHex(span.getSpanId().toByteArray());
        }

        String parent() {
            return HexFormat.of().formatHex(span.getParentSpanId().toByteArray());
        }

        String trace() {
            return HexFormat.of().formatHex(span.getTraceId().toByteArray());
        }

        boolean isServer() {
            return span.getKind() == Span.SpanKind.SPAN_KIND_SERVER;
        }

        Map<String, String> attributes() {
            return texts(span.getAttributesList());
        }

        List<String> events() {
            return span.getEventsList().stream().map(Span.Event::getName).toList();
        }
    }

    static TraceCollector overHttp() throws IOException {
        var collector = new TraceCollector();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(collector.threads);
        server.createContext("/v1/traces", collector::take);
        server.start();
        collector.port = server.getAddress().getPort();
        collector.stop = () -> server.stop(0);
        return collector;
    }

    static TraceCollector overGrpc() throws IOException {
        var collector = new TraceCollector();
        String service = "opentelemetry.proto.collector.trace.v1.TraceService";
        var export = MethodDescriptor.<ExportTraceServiceRequest, ExportTraceServiceResponse>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(service, "Export"))
                .setRequestMarshaller(ProtoUtils.marshaller(ExportTraceServiceRequest.getDefaultInstance()))
                .setResponseMarshaller(ProtoUtils.marshaller(ExportTraceServiceResponse.getDefaultInstance()))
                .build();
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .executor(collector.threads)
                .addService(ServerServiceDefinition.builder(service)
                        .addMethod(export, ServerCalls.asyncUnaryCall((request, answer) -> {
                            collector.add(request);
                            answer.onNext(ExportTraceServiceResponse.getDefaultInstance());
                            answer.onCompleted();
                        }))
                        .build())
                .build()
                .start();
        collector.port = server.getPort();
        collector.stop = server::shutdownNow;
        return collector;
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

    private void add(ExportTraceServiceRequest request) {
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
    void answers(int status) {
        this.status = status;
    }

    /// Answers nothing until [#goesOn].
    void hangs() {
        hangs = true;
    }

    void goesOn() {
        released.countDown();
    }

    int port() {
        return port;
    }

    /// The gateway's options for sending here.
    String options() {
        return "traces.endpoint=http://127.0.0.1:" + port + " otel.bsp.schedule.delay=20";
    }

    /// The number of times that something was sent by HTTP.
    int exports() {
        return exports.get();
    }

    /// The spans so far.
    List<Seen> seen() {
        return List.copyOf(seen);
    }

    /// Waits until there are this many spans; the server's first, then the attempts as they began.
    List<Seen> spans(int count) {
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
        stop.run();
        threads.shutdownNow();
    }
}
