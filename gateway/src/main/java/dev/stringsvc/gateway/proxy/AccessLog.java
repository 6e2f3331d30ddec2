package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.client.Outcome;
import dev.stringsvc.program.LogLine;
import dev.stringsvc.program.LogWriter;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Writes one line per request. Of successful requests it may write only a share. Requests that reached
/// no instance cost their clients next to nothing and could fill a disk, so only a limited number of them
/// per second get a line; the others are counted in one line a second later. Thread-safe; the writer's
/// thread writes the lines.
public final class AccessLog implements Exchange.Listener {
    private final LogWriter writer;
    private final Clock clock;
    private final Share share;
    private final Executor inASecond;
    private final AtomicLong second = new AtomicLong(Long.MIN_VALUE);
    private final AtomicInteger unattemptedNow = new AtomicInteger();
    /// Requests without a line since the last line that counted them.
    private final AtomicLong omitted = new AtomicLong();
    private final LongAdder omittedEver = new LongAdder();

    /// Which requests have a line.
    ///
    /// @param unattempted the most lines per second for requests that reached no instance
    /// @param successRatio the share of successful requests in one attempt, 0 to 1
    public record Share(int unattempted, double successRatio) {}

    /// @param inASecond runs a task about one second after it was submitted
    public AccessLog(LogWriter writer, Clock clock, Share share, Executor inASecond) {
        this.writer = writer;
        this.clock = clock;
        this.share = share;
        this.inASecond = inASecond;
    }

    /// The number of requests so far that got no line of their own.
    public long omitted() {
        return omittedEver.sum();
    }

    @Override
    public void finished(Exchange exchange) {
        Outcome outcome = Outcome.of(exchange);
        if (outcome == Outcome.OK && exchange.attempts() <= 1 && !isChosen()) {
            omittedEver.increment();
            return;
        }
        if (exchange.attempts() == 0 && !hasRoom()) {
            omit();
            return;
        }
        LogLine line = writer.line(clock.instant())
                .field("method", exchange.method())
                .field("path", exchange.path())
                .field("status", exchange.status())
                .field("outcome", outcome.word())
                .field("bytes", exchange.bytes())
                .field("took", exchange.took());
        addIfAny(line, "route", exchange.route());
        addIfAny(line, "instance", exchange.instance());
        line.field("attempts", exchange.attempts()).field("request_id", exchange.requestId());
        addIfAny(line, "trace_id", exchange.traceId());
        if (exchange.call() != null) {
            line.field("grpc_method", exchange.call().method())
                    .field("grpc_status", exchange.call().status().name());
        }
        addIfAny(line, "err", exchange.error());
        writer.write(line.toString());
    }

    /// At random: a client must not be able to choose requests that are never logged.
    private boolean isChosen() {
        return share.successRatio() >= 1 || ThreadLocalRandom.current().nextDouble() < share.successRatio();
    }

    /// Threads that reset the counter at the same moment may let a few more lines through.
    private boolean hasRoom() {
        long now = clock.millis() / 1_000;
        long before = second.get();
        if (now != before && second.compareAndSet(before, now)) {
            unattemptedNow.set(0);
        }
        return unattemptedNow.get() < share.unattempted() && unattemptedNow.incrementAndGet() <= share.unattempted();
    }

    private void omit() {
        omittedEver.increment();
        if (omitted.getAndIncrement() == 0) {
            inASecond.execute(this::writeOmitted);
        }
    }

    private void writeOmitted() {
        writer.write(writer.line(clock.instant())
                .field("level", "warn")
                .field("msg", "access lines left out, of requests that reached no instance")
                .field("omitted", omitted.getAndSet(0))
                .toString());
    }

    private static void addIfAny(LogLine line, String key, @Nullable String value) {
        if (value != null) {
            line.field(key, value);
        }
    }
}
