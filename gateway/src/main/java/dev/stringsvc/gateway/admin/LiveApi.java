package dev.stringsvc.gateway.admin;

import dev.stringsvc.gateway.live.Live;
import dev.stringsvc.gateway.telemetry.Observations;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;

/// `/live`: what the live page shows, once as JSON, or as an event stream. Thread-safe.
final class LiveApi {
    /// As long as nothing happens, the page is told this often.
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Supplier<Live> live;
    private final Observations observations;
    private final Clock clock;
    private final ServerSentEvents streams;

    LiveApi(Supplier<Live> live, Observations observations, Clock clock, ServerSentEvents streams) {
        this.live = live;
        this.observations = observations;
        this.clock = clock;
        this.streams = streams;
    }

    void get(Context ctx) throws IOException {
        if (ServerSentEvents.isAskedFor(ctx)) {
            streams.serve(ctx, sink -> {
                LiveView view = now();
                sink.event(null, "live", Json.line(view));
                sink.flush();
                var _ = observations.events().await(view.lastEvent(), PERIOD);
            });
        } else {
            Json.write(ctx, 200, now());
        }
    }

    private LiveView now() {
        long lastEvent = observations.events().last();
        return LiveView.of(live.get(), observations.traffic(), clock.instant(), lastEvent);
    }
}
