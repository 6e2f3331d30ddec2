package dev.stringsvc.tracing;

import dev.stringsvc.program.Environment;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.resources.Resource;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Makes spans by OpenTelemetry. The caller's decision about sampling counts, unless a variable says
/// otherwise: programs with this stand behind the gateway. Thread-safe.
final class SpanTracing implements Tracing {
    static final String GRPC = "grpc";

    private final OtlpSdk sdk;
    private final Tracer tracer;
    private final TextMapPropagator propagator;

    private SpanTracing(OtlpSdk sdk) {
        this.sdk = sdk;
        this.tracer = sdk.api().getTracer("dev.stringsvc.tracing");
        this.propagator = sdk.api().getPropagators().getTextMapPropagator();
    }

    static SpanTracing start(Environment environment, Program program) {
        Resource instance = Resource.builder()
                .put(Conventions.INSTANCE_ID, program.instanceId())
                .build();
        Map<String, String> settings = new HashMap<>();
        settings.put("otel.service.name", program.name());
        settings.putAll(TraceVariables.properties(environment));
        return new SpanTracing(OtlpSdk.start(
                settings,
                // what the variables say wins
                sdk -> sdk.addResourceCustomizer((given, properties) -> instance.merge(given))));
    }

    @Override
    public CallTrace.OfHttp http(HttpHead head) {
        String method = Conventions.method(head.method());
        String name = Conventions.name(head.method());
        Context caller = caller(head.fields());
        Span span = tracer.spanBuilder(name)
                .setParent(caller)
                .setSpanKind(SpanKind.SERVER)
                // known to the sampler
                .setAttribute(Conventions.METHOD, method)
                .setAttribute(Conventions.PATH, head.path())
                .setAttribute(Conventions.SCHEME, head.scheme())
                .startSpan();
        if (span.isRecording()) {
            if (!method.equals(head.method())) {
                span.setAttribute(Conventions.METHOD_ORIGINAL, head.method());
            }
            span.setAttribute(Conventions.PROTOCOL_VERSION, Conventions.version(head.protocol()));
            describe(span, head.host(), head.peer());
            List<String> agent = head.fields().apply("User-Agent");
            if (!agent.isEmpty()) {
                span.setAttribute(Conventions.USER_AGENT, agent.getFirst());
            }
        }
        return new CallSpan(this, span, name, caller.with(span));
    }

    @Override
    public CallTrace.OfRpc rpc(RpcHead head) {
        Context caller = caller(head.fields());
        Span span = tracer.spanBuilder(head.method())
                .setParent(caller)
                .setSpanKind(SpanKind.SERVER)
                .setAttribute(Conventions.RPC_SYSTEM, GRPC)
                .setAttribute(Conventions.RPC_METHOD, head.method())
                .startSpan();
        describe(span, head.host(), head.peer());
        return new CallSpan(this, span, head.method(), caller.with(span));
    }

    private Context caller(Function<String, List<String>> fields) {
        return propagator.extract(Context.root(), fields, FieldGetter.INSTANCE);
    }

    private static void describe(Span span, @Nullable String host, @Nullable SocketAddress peer) {
        if (host != null) {
            span.setAttribute(Conventions.SERVER_ADDRESS, host);
        }
        if (peer instanceof InetSocketAddress from) {
            span.setAttribute(Conventions.PEER_ADDRESS, from.getAddress().getHostAddress())
                    .setAttribute(Conventions.PEER_PORT, (long) from.getPort());
        }
    }

    Tracer tracer() {
        return tracer;
    }

    TextMapPropagator propagator() {
        return propagator;
    }

    @Override
    public void close() {
        sdk.close();
    }
}
