package dev.stringsvc.tracing;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs once when the collector takes no more spans, and once when it takes them again. The exporter's
/// own log lines, one for each failure, are switched off.
final class ReportingExporter implements SpanExporter {
    private static final Logger LOG = LoggerFactory.getLogger(ReportingExporter.class);
    /// Kept, since a logger that nobody refers to is garbage-collected together with its level.
    private static final java.util.logging.Logger EXPORTERS =
            java.util.logging.Logger.getLogger("io.opentelemetry.exporter");

    private final SpanExporter exporter;
    /// Spans that were lost since the last that were sent.
    private final AtomicLong lost = new AtomicLong();

    ReportingExporter(SpanExporter exporter) {
        this.exporter = exporter;
        EXPORTERS.setLevel(Level.OFF);
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        CompletableResultCode result = exporter.export(spans);
        return result.whenComplete(() -> report(result, spans.size()));
    }

    private void report(CompletableResultCode result, int spans) {
        if (!result.isSuccess()) {
            if (lost.getAndAdd(spans) == 0) {
                LOG.warn(
                        "traces are lost: the collector takes no spans ({}); requests are not affected",
                        why(result.getFailureThrowable()));
            }
            return;
        }
        long before = lost.getAndSet(0);
        if (before > 0) {
            LOG.info("the collector takes spans again; {} and those for which the queue had no room are lost", before);
        }
    }

    private static String why(@Nullable Throwable failure) {
        if (failure == null) {
            return "it gives no reason";
        }
        @Nullable Throwable cause = failure.getCause();
        return cause == null ? failure.toString() : cause.toString();
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }

    @Override
    public String toString() {
        return exporter.toString();
    }
}
