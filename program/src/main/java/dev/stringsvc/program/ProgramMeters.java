package dev.stringsvc.program;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.tracer.common.SpanContext;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// A program's meters with those of its JVM, and the page that Prometheus scrapes. A timer that was
/// renamed is on the page under its former name too: the copy is made at each scrape, so measuring costs
/// the same. Thread-safe.
public final class ProgramMeters implements AutoCloseable {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text";

    /// The span of the request that this thread measures.
    private static final ScopedValue<Exemplar> EXEMPLAR = ScopedValue.newInstance();

    private static final String MAX = "_max";
    private static final double NANOS = 1e9;

    private final PrometheusMeterRegistry prometheus;
    private final MeterRegistry registry;
    private final JvmGcMetrics gc = new JvmGcMetrics();

    /// @param formerNames the former names of timers by their names on the page, for example
    /// `a_duration_seconds`
    /// @param exemplars true if the page may show them; false costs nothing
    /// @param others where the same meters are registered too; they are closed with this
    public ProgramMeters(Map<String, String> formerNames, boolean exemplars, List<MeterRegistry> others) {
        this.prometheus = new PrometheusMeterRegistry(
                new BucketExemplars(),
                new WithFormerNames(Map.copyOf(formerNames)),
                Clock.SYSTEM,
                exemplars ? new MeasuredSpan() : null);
        this.registry = others.isEmpty() ? prometheus : both(prometheus, others);
        processor(); // first: filters count only for what is registered after them
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    private static MeterRegistry both(MeterRegistry one, List<MeterRegistry> others) {
        var all = new CompositeMeterRegistry(Clock.SYSTEM, others);
        return all.add(one);
    }

    /// Micrometer's meters of the processor, but two under names of which `promtool` approves.
    private void processor() {
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
        new ProcessorMetrics().bindTo(registry);
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        FunctionCounter.builder("process.cpu", system, bean -> bean.getProcessCpuTime() / NANOS)
                .baseUnit("seconds")
                .description("Processor time that the process has used")
                .register(registry);
        Gauge.builder("system.cpus", Runtime.getRuntime(), Runtime::availableProcessors)
                .description("Processors that the JVM may use")
                .register(registry);
    }

    /// Where the program registers its own meters.
    public MeterRegistry registry() {
        return registry;
    }

    /// The span of a request, which shows one case of what a histogram counts.
    ///
    /// @param traceId 32 hexadecimal digits
    /// @param spanId 16 hexadecimal digits
    public record Exemplar(String traceId, String spanId) {}

    /// Measures a request. The page may show its span as an exemplar of the histogram's bucket.
    public void record(Timer timer, Duration took, Exemplar exemplar) {
        ScopedValue.where(EXEMPLAR, exemplar).run(() -> timer.record(took));
    }

    /// All meters, as text.
    public record Page(String contentType, String text) {}

    /// All meters in Prometheus's text format, or in OpenMetrics' where that is asked for, as Prometheus
    /// does. Only OpenMetrics has exemplars.
    ///
    /// @param accept what the reader takes, as in HTTP's `Accept`
    public Page scrape(@Nullable String accept) {
        return accept != null && accept.toLowerCase(Locale.ROOT).contains(OPEN_METRICS)
                ? new Page(OPEN_METRICS + "; version=1.0.0; charset=utf-8", prometheus.scrape(OPEN_METRICS))
                : new Page(TEXT, prometheus.scrape());
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }

    /// Without this, the sum of a histogram gets an exemplar as well as its buckets. OpenMetrics forbids that,
    /// and Prometheus refuses the whole page.
    private static final class BucketExemplars implements PrometheusConfig {
        @Override
        public @Nullable String get(String key) {
            return null;
        }

        @Override
        public Properties prometheusProperties() {
            return new Properties();
        }
    }

    /// Tells the registry of the exemplar. OpenTelemetry's own way needs its spans in thread-locals.
    private static final class MeasuredSpan implements SpanContext {
        @Override
        public @Nullable String getCurrentTraceId() {
            return EXEMPLAR.isBound() ? EXEMPLAR.get().traceId() : null;
        }

        @Override
        public @Nullable String getCurrentSpanId() {
            return EXEMPLAR.isBound() ? EXEMPLAR.get().spanId() : null;
        }

        @Override
        public boolean isCurrentSpanSampled() {
            return EXEMPLAR.isBound();
        }

        @Override
        public void markCurrentSpanAsExemplar() {}
    }

    /// Adds the former names to what the page is made of.
    private static final class WithFormerNames extends PrometheusRegistry {
        private final Map<String, String> formerNames;

        WithFormerNames(Map<String, String> formerNames) {
            this.formerNames = formerNames;
        }

        @Override
        public MetricSnapshots scrape() {
            List<MetricSnapshot> all = new ArrayList<>();
            for (MetricSnapshot snapshot : super.scrape()) {
                all.add(snapshot);
                formerName(snapshot.getMetadata().getPrometheusName())
                        .flatMap(former -> renamed(snapshot, former))
                        .ifPresent(all::add);
            }
            return new MetricSnapshots(all);
        }

        /// The former name of a timer, or of the gauge with its largest value.
        private Optional<String> formerName(String name) {
            return name.endsWith(MAX)
                    ? Optional.ofNullable(formerNames.get(name.substring(0, name.length() - MAX.length())))
                            .map(former -> former + MAX)
                    : Optional.ofNullable(formerNames.get(name));
        }

        private static Optional<MetricSnapshot> renamed(MetricSnapshot snapshot, String name) {
            String help =
                    "The former name of " + snapshot.getMetadata().getPrometheusName() + "; gone in the next version";
            var metadata = new MetricMetadata(name, help);
            return switch (snapshot) {
                case HistogramSnapshot histogram ->
                    Optional.of(new HistogramSnapshot(metadata, histogram.getDataPoints()));
                case SummarySnapshot summary -> Optional.of(new SummarySnapshot(metadata, summary.getDataPoints()));
                case GaugeSnapshot gauge -> Optional.of(new GaugeSnapshot(metadata, gauge.getDataPoints()));
                default -> Optional.empty();
            };
        }
    }
}
