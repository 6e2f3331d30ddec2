package dev.stringsvc.gateway.client;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts connections for which a port had no room, and logs the counts now and then. Any thread counts;
/// one logs.
final class ShortageLog {
    private static final Logger LOG = LoggerFactory.getLogger(ShortageLog.class);
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final AtomicInteger closedIdle = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private long loggedAt = System.nanoTime() - INTERVAL.toNanos();

    void closedIdle() {
        closedIdle.incrementAndGet();
    }

    void refused() {
        refused.incrementAndGet();
    }

    /// Accepting a connection failed. The first failure since the last summary is logged at once.
    void failed(IOException e) {
        if (failed.getAndIncrement() == 0) {
            LOG.warn("accepting a connection failed: {}", e.toString());
        }
    }

    /// Logs a summary if there is something to log, and the last one is long enough ago.
    void logIfDue(int port, int maxConnections) {
        long now = System.nanoTime();
        if (closedIdle.get() + refused.get() + failed.get() > 0 && now - loggedAt >= INTERVAL.toNanos()) {
            loggedAt = now;
            LOG.warn(
                    "port {}: no room for more than {} connections: {} idle ones were closed, {} new"
                            + " ones refused, {} could not be accepted",
                    port,
                    maxConnections,
                    closedIdle.getAndSet(0),
                    refused.getAndSet(0),
                    failed.getAndSet(0));
        }
    }
}
