package dev.stringsvc.gateway.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.ipc.http.HttpUrlConnectionSender;
import io.micrometer.registry.otlp.OtlpConfig;
import io.micrometer.registry.otlp.OtlpHttpMetricsSender;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import io.micrometer.registry.otlp.OtlpMetricsSender;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends meters to a collector by OTLP, on a thread of its own. Micrometer reads OpenTelemetry's other
/// variables itself, such as `OTEL_EXPORTER_OTLP_HEADERS`.
public final class OtlpMeters {
    private static final Logger LOG = LoggerFactory.getLogger(OtlpMeters.class);
    private static final String SERVICE_NAME = "service.name";
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration READ = Duration.ofSeconds(3);

    private OtlpMeters() {}

    /// @param resource attributes of all meters; OpenTelemetry's variables win over them
    public record Settings(String url, Duration interval, Map<String, String> resource) {
        public Settings {
            resource = Map.copyOf(resource);
        }
    }

    /// Starts to send. When the registry is closed, it sends once more.
    static MeterRegistry start(Settings settings) {
        return OtlpMeterRegistry.builder(new Config(settings))
                .metricsSender(
                        new ReportingSender(new OtlpHttpMetricsSender(new HttpUrlConnectionSender(CONNECT, READ))))
                .build();
    }

    private record Config(Settings settings) implements OtlpConfig {
        @Override
        public @Nullable String get(String key) {
            return null;
        }

        @Override
        public String url() {
            return settings.url();
        }

        @Override
        public Duration step() {
            return settings.interval();
        }

        @Override
        public TimeUnit baseTimeUnit() {
            return TimeUnit.SECONDS; // as the page has them
        }

        @Override
        public Map<String, String> resourceAttributes() {
            Map<String, String> all = new HashMap<>(settings.resource());
            OtlpConfig.super.resourceAttributes().forEach((name, value) -> {
                if (!name.equals(SERVICE_NAME) || !value.startsWith("unknown_service")) {
                    all.put(name, value);
                }
            });
            return all;
        }
    }

    /// Logs once when the collector takes no more meters, and once when it takes them again. Used by one
    /// thread at a time.
    private static final class ReportingSender implements OtlpMetricsSender {
        private final OtlpMetricsSender sender;
        private volatile boolean failed;

        ReportingSender(OtlpMetricsSender sender) {
            this.sender = sender;
        }

        @Override
        @SuppressWarnings("IllegalCatch") // as it is declared
        public void send(Request request) {
            try {
                sender.send(request);
            } catch (Exception e) {
                if (!failed) {
                    LOG.warn(
                            "meters are not sent: the collector does not take them ({}); they can still be scraped",
                            e.getMessage() == null ? e.toString() : e.getMessage());
                }
                failed = true;
                return;
            }
            if (failed) {
                LOG.info("the collector takes meters again");
            }
            failed = false;
        }
    }
}
