package dev.stringsvc.gateway.telemetry;

import dev.stringsvc.gateway.live.Live;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// The meters of the live routes, upstreams and configuration, as part of [Telemetry].
final class LiveMeters {
    private LiveMeters() {}

    static void of(MeterRegistry registry, Supplier<Live> live) {
        routes(registry, live, "live", now -> now.routing().table().routes().size());
        routes(registry, live, "quarantined", LiveMeters::quarantined);
        TimeGauge.builder(
                        "gateway.config.loaded.timestamp",
                        () -> live.get().loaded().at().toEpochMilli(),
                        TimeUnit.MILLISECONDS)
                .strongReference(true)
                .register(registry);
    }

    private static void routes(
            MeterRegistry registry, Supplier<Live> live, String state, ToDoubleFunction<Live> count) {
        Gauge.builder("gateway.routes", live, now -> count.applyAsDouble(now.get()))
                .tag("state", state)
                .strongReference(true)
                .register(registry);
    }

    private static int quarantined(Live live) {
        Live.@Nullable Tags tags = live.tags();
        return tags == null ? 0 : tags.quarantined().size();
    }
}
