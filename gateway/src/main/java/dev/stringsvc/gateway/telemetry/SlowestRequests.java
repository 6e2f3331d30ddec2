package dev.stringsvc.gateway.telemetry;

import java.time.Duration;

/// Tells whether a request is among the slowest hundredth, judged by the requests of the minute before.
/// Thread-safe: counts may be a little off while a minute ends.
final class SlowestRequests {
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();
    /// With fewer requests in a minute, none of them is called slow.
    private static final int FEWEST = 100;

    private volatile Latencies now = new Latencies();
    private volatile long endsAt = Long.MIN_VALUE;
    private volatile long thresholdNanos = Long.MAX_VALUE;

    /// Counts the request.
    boolean isAmong(long nanos, long nowMillis) {
        if (nowMillis >= endsAt) {
            turn(nowMillis);
        }
        now.add(nanos);
        return nanos > thresholdNanos;
    }

    private synchronized void turn(long nowMillis) {
        if (nowMillis < endsAt) {
            return;
        }
        Latencies before = now;
        now = new Latencies();
        endsAt = nowMillis + MINUTE;
        thresholdNanos = before.count() < FEWEST ? Long.MAX_VALUE : before.quantile(0.99);
    }
}
