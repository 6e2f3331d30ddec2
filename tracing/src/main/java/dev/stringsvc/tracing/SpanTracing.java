package dev.stringsvc.tracing;

import dev.stringsvc.program.Environment;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.resources.Resource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes spans by OpenTelemetry. The caller's decision about sampling counts, unless a variable says
/// otherwise: programs with this stand behind the gateway. Thread-safe.
final class SpanTracing implements Tracing {
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
    public CallTrace http(HttpHead head) {
        String method = Conventions.method(head.method());
        Span span = tracer.spanBuilder(Conventions.name(head.method()))
                .setParent(propagator.extract(Context.root(), head.fields(), FieldGetter.INSTANCE))
                .setSpanKind(SpanKind.SERVER)
                // known to the sampler
                .setAttribute(Conventions.METHOD, method)
                .setAttribute(Conventions.PATH, head.path())
                .setAttribute(Conventions.SCHEME, head.scheme())
                .startSpan();
        if (span.isRecording()) {
            describe(span, head, method);
        }
        return new HttpSpan(span, Conventions.name(head.method()));
    }

    private static void describe(Span span, HttpHead head, String method) {
        if (!method.equals(head.method())) {
            span.setAttribute(Conventions.METHOD_ORIGINAL, head.method());
        }
        if (head.host() != null) {
            span.setAttribute(Conventions.SERVER_ADDRESS, head.host());
        }
        span.setAttribute(Conventions.PEER_ADDRESS, head.peer().getAddress().getHostAddress())
                .setAttribute(Conventions.PEER_PORT, (long) head.peer().getPort())
                .setAttribute(Conventions.PROTOCOL_VERSION, Conventions.version(head.protocol()));
        List<String> agent = head.fields().apply("User-Agent");
        if (!agent.isEmpty()) {
            span.setAttribute(Conventions.USER_AGENT, agent.getFirst());
        }
    }

    @Override
    public void close() {
        sdk.close();
    }
}
