package dev.stringsvc.gateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.stringsvc.gateway.telemetry.EventLog;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// `/events`: what has changed, as JSON or as an event stream. Thread-safe.
final class EventsApi {
    private static final Duration PING = Duration.ofSeconds(10);

    private final EventLog log;
    private final ServerSentEvents streams;

    /// @param kind in lower case with hyphens, for example `watch-failed`
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record EventView(
            long number,
            String at,
            String kind,
            @Nullable String service,
            @Nullable String subject,
            @Nullable String detail) {
        static EventView of(EventLog.Event event) {
            return new EventView(
                    event.number(),
                    event.at().toString(),
                    event.kind().word(),
                    event.service(),
                    event.subject(),
                    event.detail());
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record EventsView(long last, List<EventView> events) {}

    EventsApi(EventLog log, ServerSentEvents streams) {
        this.log = log;
        this.streams = streams;
    }

    void get(Context ctx) throws IOException {
        long after = number(Objects.requireNonNullElse(
                ctx.header("Last-Event-ID"), Objects.requireNonNullElse(ctx.queryParam("after"), "0")));
        if (ServerSentEvents.isAskedFor(ctx)) {
            stream(ctx, after);
        } else {
            List<EventView> events =
                    log.after(after).stream().map(EventView::of).toList();
            Json.write(ctx, 200, new EventsView(log.last(), events));
        }
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new Refusal(400, "after: expected the number of an event.");
        }
    }

    /// After a restart of the gateway a client may know a greater number than there is: it gets all.
    private void stream(Context ctx, long after) throws IOException {
        var last = new AtomicLong(after > log.last() ? 0 : after);
        streams.serve(ctx, sink -> {
            List<EventLog.Event> events = log.await(last.get(), PING);
            if (events.isEmpty()) {
                sink.ping();
            }
            for (EventLog.Event event : events) {
                EventView view = EventView.of(event);
                sink.event(Long.toString(view.number()), view.kind(), Json.line(view));
                last.set(event.number());
            }
        });
    }
}
