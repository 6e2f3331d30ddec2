package dev.stringsvc.gateway.admin;

import dev.stringsvc.gateway.live.Live;
import dev.stringsvc.gateway.telemetry.Observations;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `/live`: what the live page shows, once as JSON, or as an event stream. All streams tell the same, so
/// that many pages cost no more than one. Thread-safe.
final class LiveApi {
    /// As long as nothing happens, the page is told this often.
    private static final Duration PERIOD = Duration.ofSeconds(1);

    /// The shortest pause between two views, however much happens.
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);

    /// A pause is this many times as long as it took to make the view: with thousands of instances, the page
    /// slows down, and not the gateway.
    private static final int PAUSE_FACTOR = 10;

    /// The longest pause. The first view of all may take far longer than the next ones, since its classes are
    /// loaded for it.
    private static final Duration LONGEST_PAUSE = PERIOD;

    private final Supplier<Live> live;
    private final Observations observations;
    private final Clock clock;
    private final ServerSentEvents streams;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Told last;

    /// @param until when the next view may be made, by [System#nanoTime]
    private record Told(String json, long lastEvent, Duration pause, long until) {}

    LiveApi(Supplier<Live> live, Observations observations, Clock clock, ServerSentEvents streams) {
        this.live = live;
        this.observations = observations;
        this.clock = clock;
        this.streams = streams;
    }

    void get(Context ctx) throws IOException {
        if (ServerSentEvents.isAskedFor(ctx)) {
            streams.serve(ctx, this::tell);
        } else {
            Json.write(ctx, 200, view());
        }
    }

    private void tell(ServerSentEvents.Sink sink) throws IOException, InterruptedException {
        Told told = told();
        sink.event(null, "live", told.json());
        sink.flush();
        Thread.sleep(told.pause());
        var _ = observations.events().await(told.lastEvent(), PERIOD.minus(told.pause()));
    }

    private Told told() throws IOException {
        lock.lock();
        try {
            long begun = System.nanoTime();
            if (last == null || last.until() - begun <= 0) {
                LiveView view = view();
                String json = Json.line(view);
                Duration took = Duration.ofNanos(System.nanoTime() - begun);
                Duration pause = pause(took);
                last = new Told(json, view.lastEvent(), pause, System.nanoTime() + pause.toNanos());
            }
            return last;
        } finally {
            lock.unlock();
        }
    }

    private static Duration pause(Duration took) {
        Duration pause = took.multipliedBy(PAUSE_FACTOR);
        if (pause.compareTo(SHORTEST_PAUSE) < 0) {
            return SHORTEST_PAUSE;
        }
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    private LiveView view() {
        long lastEvent = observations.events().last();
        return LiveView.of(live.get(), observations.traffic(), clock.instant(), lastEvent);
    }
}
