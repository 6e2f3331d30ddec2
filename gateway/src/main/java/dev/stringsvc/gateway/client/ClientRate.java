package dev.stringsvc.gateway.client;

import java.time.Duration;

/// Measures how fast a client sends or takes one body. Only time counts in which the gateway waits for
/// the client. Thread-safe.
public final class ClientRate {
    private final MinimumRate slowest;
    private long bytes;
    private long waitedNanos;
    private long waitingSince;
    private boolean waiting;
    private volatile long movedAt = System.nanoTime();

    ClientRate(MinimumRate slowest) {
        this.slowest = slowest;
    }

    public synchronized void waitForClient() {
        waitingSince = System.nanoTime();
        waiting = true;
    }

    /// @param moved the bytes that the client has sent or taken
    public synchronized void waited(long moved) {
        long now = System.nanoTime();
        waitedNanos += now - waitingSince;
        bytes += moved;
        movedAt = now;
        waiting = false;
    }

    /// True if the gateway has been waiting for the client for this long.
    synchronized boolean waits(Duration time) {
        return waiting
                && System.nanoTime() - waitingSince
                        >= Math.max(time.toNanos(), slowest.pause().toNanos());
    }

    /// When the client last sent or took something, by [System#nanoTime]; at first, when the rate was
    /// created.
    public long movedAt() {
        return movedAt;
    }

    /// How long the gateway has been waiting for the client, in nanoseconds; 0 if it is not.
    public synchronized long waitingNanos() {
        return waiting ? System.nanoTime() - waitingSince : 0;
    }

    /// By how many bytes the client is behind the minimum rate, without the grace.
    synchronized double behind() {
        long nanos = waitedNanos + (waiting ? System.nanoTime() - waitingSince : 0);
        return slowest.bytesPerSecond() * (nanos / 1e9) - bytes;
    }

    /// True if the client is slower than the minimum rate, counting the current wait.
    synchronized boolean tooSlow() {
        long nanos = waitedNanos + (waiting ? System.nanoTime() - waitingSince : 0);
        return !slowest.allows(bytes, Duration.ofNanos(nanos));
    }
}
