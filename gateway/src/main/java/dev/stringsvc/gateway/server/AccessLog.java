package dev.stringsvc.gateway.server;

import dev.stringsvc.logfmt.LogWriter;
import dev.stringsvc.logfmt.Logfmt;
import java.time.Clock;

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
                .field("took", exchange.took())
                .field("route", exchange.route())
                .field("instance", exchange.instance())
                .field("attempts", exchange.attempts())
                .field("request_id", exchange.requestId());
        if (exchange.error() != null) {
            line.field("err", exchange.error());
        }
        writer.write(line.toString());
    }
}
