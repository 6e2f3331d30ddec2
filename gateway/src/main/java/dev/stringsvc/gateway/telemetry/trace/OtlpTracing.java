package dev.stringsvc.gateway.telemetry.trace;

import dev.stringsvc.gateway.proxy.ServerTrace;
import dev.stringsvc.gateway.proxy.Tracing;
import dev.stringsvc.tracing.FieldGetter;
import dev.stringsvc.tracing.OtlpSdk;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.Map;
import java.util.function.Supplier;

/// Makes a trace of each request and sends it to a collector by OTLP. Thread-safe.
public final class OtlpTracing implements Tracing, AutoCloseable {
    private final OtlpSdk sdk;
    private final Tracer tracer;
    private final TextMapPropagator propagator;

    private OtlpTracing(OtlpSdk sdk) {
        this.sdk = sdk;
        this.tracer = sdk.api().getTracer("dev.stringsvc.gateway");
        this.propagator = sdk.api().getPropagators().getTextMapPropagator();
    }

    /// Starts to send.
    ///
    /// @param settings by the names of OpenTelemetry's properties, such as `otel.traces.sampler`. The
    /// environment's variables win over them
    /// @throws IllegalArgumentException when a setting is not valid
    public static OtlpTracing start(Map<String, String> settings) {
        return new OtlpTracing(OtlpSdk.start(
                settings,
                sdk -> sdk.addPropagatorCustomizer((given, properties) -> withoutBaggage(given))
                        .addSamplerCustomizer((sampler, properties) -> new DistrustfulSampler(sampler))));
    }

    /// The gateway adds no baggage and needs none, so it passes unread.
    private static TextMapPropagator withoutBaggage(TextMapPropagator given) {
        return given instanceof W3CBaggagePropagator ? TextMapPropagator.noop() : given;
    }

    @Override
    public ServerTrace begin(Supplier<Head> head) {
        Head of = head.get();
        Context parent = propagator.extract(Context.root(), of.fields(), FieldGetter.INSTANCE);
        Context judged = of.from().trusted() ? parent : DistrustfulSampler.distrusting(parent);
        return new ServerSpan(this, ServerSpan.begin(tracer, judged, of), of);
    }

    Tracer tracer() {
        return tracer;
    }

    TextMapPropagator propagator() {
        return propagator;
    }

    /// Sends what is queued, for a few seconds at most.
    @Override
    public void close() {
        sdk.close();
    }
}
