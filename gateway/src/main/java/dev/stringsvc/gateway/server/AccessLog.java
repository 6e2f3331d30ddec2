package dev.stringsvc.gateway.server;

import dev.stringsvc.logfmt.LogWriter;
import dev.stringsvc.logfmt.Logfmt;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/// One logfmt line per request. Thread-safe; the lines are written by the writer's thread.
public final class AccessLog implements Exchange.Listener {
    private final LogWriter writer;
    private final Clock clock;

    public AccessLog(LogWriter writer, Clock clock) {
        this.writer = writer;
        this.clock = clock;
    }

    @Override
    public void finished(Exchange exchange) {
        var line = Logfmt.at(clock.instant())
                .field("method", exchange.method())
                .field("path", exchange.path())
                .field("status", exchange.status())
                .field("bytes", exchange.bytes())
                .field("took", exchange.took());
        addIfAny(line, "route", exchange.route());
        addIfAny(line, "instance", exchange.instance());
        line.field("attempts", exchange.attempts()).field("request_id", exchange.requestId());
        addIfAny(line, "err", exchange.error());
        writer.write(line.toString());
    }

    private static void addIfAny(Logfmt line, String key, @Nullable String value) {
        if (value != null) {
            line.field(key, value);
        }
    }
}
