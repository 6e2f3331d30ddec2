package dev.stringsvc.gateway.telemetry.trace;

import dev.stringsvc.gateway.proxy.ServerTrace;
import dev.stringsvc.gateway.proxy.Tracing;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Makes a trace of each request and sends it to a collector by OTLP. Thread-safe.
///
/// Sending happens on a thread of its own. If the collector is slow or away, spans wait in a queue of
/// bounded length, and those for which there is no room are dropped: no request waits.
public final class OtlpTracing implements Tracing, AutoCloseable {
    /// The longest value of an attribute, in characters. The queue holds thousands of spans, and clients
    /// choose paths and user agents.
    private static final String LONGEST_VALUE = "1024";

    private static final long SECONDS_TO_FLUSH = 3;

    private final OpenTelemetrySdk sdk;
    private final Tracer tracer;
    private final TextMapPropagator propagator;

    private OtlpTracing(OpenTelemetrySdk sdk) {
        this.sdk = sdk;
        this.tracer = sdk.getTracer("dev.stringsvc.gateway");
        this.propagator = sdk.getPropagators().getTextMapPropagator();
    }

    /// Starts to send.
    ///
    /// @param settings by the names of OpenTelemetry's properties, such as `otel.traces.sampler`. The
    /// environment's variables win over them
    /// @throws IllegalArgumentException when a setting is not valid
    public static OtlpTracing start(Map<String, String> settings) {
        Map<String, String> defaults = new HashMap<>();
        defaults.put("otel.service.name", "gateway");
        defaults.put("otel.exporter.otlp.protocol", "http/protobuf");
        defaults.put("otel.attribute.value.length.limit", LONGEST_VALUE);
        defaults.putAll(settings);
        try {
            return new OtlpTracing(AutoConfiguredOpenTelemetrySdk.builder()
                    .disableShutdownHook()
                    .addPropertiesSupplier(() -> defaults)
                    .addPropertiesCustomizer(
                            properties -> Map.of("otel.metrics.exporter", "none", "otel.logs.exporter", "none"))
                    .addPropagatorCustomizer((given, properties) -> withoutBaggage(given))
                    .addSamplerCustomizer((sampler, properties) -> new DistrustfulSampler(sampler))
                    .addSpanExporterCustomizer((exporter, properties) -> new ReportingExporter(exporter))
                    .build()
                    .getOpenTelemetrySdk());
        } catch (ConfigurationException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
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
        var _ = sdk.shutdown().join(SECONDS_TO_FLUSH, TimeUnit.SECONDS);
    }
}
