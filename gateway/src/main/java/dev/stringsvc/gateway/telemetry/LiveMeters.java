package dev.stringsvc.gateway.telemetry;

import dev.stringsvc.gateway.live.Live;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// The meters of the live routes, upstreams and configuration, as part of [Telemetry].
final class LiveMeters {
    private LiveMeters() {}

    static void of(MeterRegistry registry, Supplier<Live> live) {
        routes(registry, live, "live", now -> now.routing().table().routes().size());
        routes(registry, live, "quarantined", LiveMeters::quarantined);
        Metric.CONFIG_LOADED
                .timeGauge(live, now -> now.get().loaded().at().toEpochMilli())
                .strongReference(true)
                .register(registry);
    }

    private static void routes(
            MeterRegistry registry, Supplier<Live> live, String state, ToDoubleFunction<Live> count) {
        Metric.ROUTES
                .gauge(live, now -> count.applyAsDouble(now.get()), state)
                .strongReference(true)
                .register(registry);
    }

    private static int quarantined(Live live) {
        Live.@Nullable Tags tags = live.tags();
        return tags == null ? 0 : tags.quarantined().size();
    }
}
