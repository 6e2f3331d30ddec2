package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.program.Logfmt;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// One logfmt line per request. Of the requests that reached no instance, only so many a second have a
/// line of their own: a client that is refused costs next to nothing, and could fill a disk with lines.
/// The others are counted in a line a second later. Thread-safe; the lines are written by the writer's
/// thread.
public final class AccessLog implements Exchange.Listener {
    private final LogWriter writer;
    private final Clock clock;
    private final int unattempted;
    private final Executor inASecond;
    private final AtomicLong second = new AtomicLong(Long.MIN_VALUE);
    private final AtomicInteger unattemptedNow = new AtomicInteger();
    /// Requests without a line, since a line has last counted them.
    private final AtomicLong omitted = new AtomicLong();
    private final LongAdder omittedEver = new LongAdder();

    /// @param unattempted how many lines a second there are of requests that reached no instance
    /// @param inASecond runs what it is given about a second later
    public AccessLog(LogWriter writer, Clock clock, int unattempted, Executor inASecond) {
        this.writer = writer;
        this.clock = clock;
        this.unattempted = unattempted;
        this.inASecond = inASecond;
    }

    /// How many requests had no line of their own so far.
    public long omitted() {
        return omittedEver.sum();
    }

    @Override
    public void finished(Exchange exchange) {
        if (exchange.attempts() == 0 && !hasRoom()) {
            omit();
            return;
        }
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

    /// Threads that meet at the turn of a second may let a few more through.
    private boolean hasRoom() {
        long now = clock.millis() / 1_000;
        long before = second.get();
        if (now != before && second.compareAndSet(before, now)) {
            unattemptedNow.set(0);
        }
        return unattemptedNow.get() < unattempted && unattemptedNow.incrementAndGet() <= unattempted;
    }

    private void omit() {
        omittedEver.increment();
        if (omitted.getAndIncrement() == 0) {
            inASecond.execute(this::tellOmitted);
        }
    }

    private void tellOmitted() {
        writer.write(Logfmt.at(clock.instant())
                .field("level", "warn")
                .field("msg", "access lines left out, of requests that reached no instance")
                .field("omitted", omitted.getAndSet(0))
                .toString());
    }

    private static void addIfAny(Logfmt line, String key, @Nullable String value) {
        if (value != null) {
            line.field(key, value);
        }
    }
}
