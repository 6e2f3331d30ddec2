package dev.stringsvc.tracing;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// OpenTelemetry's SDK, which sends spans to a collector by OTLP. Thread-safe.
///
/// Sending happens on a thread of its own. If the collector is slow or away, spans wait in a queue of
/// bounded length, and those for which there is no room are dropped: no call waits.
public final class OtlpSdk implements AutoCloseable {
    /// The longest value of an attribute, in characters. The queue holds thousands of spans, and clients
    /// choose paths and user agents.
    private static final String LONGEST_VALUE = "1024";

    private static final long SECONDS_TO_FLUSH = 3;

    private final OpenTelemetrySdk sdk;

    private OtlpSdk(OpenTelemetrySdk sdk) {
        this.sdk = sdk;
    }

    /// Starts to send.
    ///
    /// @param settings by the names of OpenTelemetry's properties, such as `otel.service.name`. The
    /// environment's variables win over them
    /// @param more     what the program adds to the SDK
    /// @throws IllegalArgumentException when a setting is not valid
    public static OtlpSdk start(Map<String, String> settings, Consumer<AutoConfiguredOpenTelemetrySdkBuilder> more) {
        Map<String, String> defaults = new HashMap<>();
        defaults.put("otel.exporter.otlp.protocol", "http/protobuf");
        defaults.put("otel.attribute.value.length.limit", LONGEST_VALUE);
        defaults.putAll(settings);
        AutoConfiguredOpenTelemetrySdkBuilder builder = AutoConfiguredOpenTelemetrySdk.builder()
                .disableShutdownHook()
                .addPropertiesSupplier(() -> defaults)
                .addPropertiesCustomizer(
                        properties -> Map.of("otel.metrics.exporter", "none", "otel.logs.exporter", "none"))
                .addSpanExporterCustomizer((exporter, properties) -> new ReportingExporter(exporter));
        more.accept(builder);
        try {
            return new OtlpSdk(builder.build().getOpenTelemetrySdk());
        } catch (ConfigurationException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /// What spans are made with.
    public OpenTelemetry api() {
        return sdk;
    }

    /// Sends what is queued, for a few seconds at most.
    @Override
    public void close() {
        var _ = sdk.shutdown().join(SECONDS_TO_FLUSH, TimeUnit.SECONDS);
    }
}
