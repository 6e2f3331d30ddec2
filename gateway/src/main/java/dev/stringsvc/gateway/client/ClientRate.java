package dev.stringsvc.gateway.client;

import java.time.Duration;

/// How fast one body comes from a client, or goes to it. Only the time counts in which the client was
/// waited for. Thread-safe.
public final class ClientRate {
    private final SlowestRate slowest;
    private long bytes;
    private long waitedNanos;
    private long waitingSince;
    private boolean waiting;

    ClientRate(SlowestRate slowest) {
        this.slowest = slowest;
    }

    public synchronized void waitForClient() {
        waitingSince = System.nanoTime();
        waiting = true;
    }

    /// @param moved the bytes that were waited for
    public synchronized void waited(long moved) {
        waitedNanos += System.nanoTime() - waitingSince;
        bytes += moved;
        waiting = false;
    }

    /// Whether it is the client that has been waited for all this time.
    synchronized boolean waits(Duration time) {
        return waiting && System.nanoTime() - waitingSince >= time.toNanos();
    }

    /// For how long the client has been waited for by now, in nanoseconds; 0 if it is not.
    public synchronized long waitingNanos() {
        return waiting ? System.nanoTime() - waitingSince : 0;
    }

    /// By how many bytes the client is behind the asked rate, as if there were no grace.
    synchronized double behind() {
        long nanos = waitedNanos + (waiting ? System.nanoTime() - waitingSince : 0);
        return slowest.bytesPerSecond() * (nanos / 1e9) - bytes;
    }

    /// Whether the client is slower than it may be, the wait that goes on included.
    synchronized boolean tooSlow() {
        long nanos = waitedNanos + (waiting ? System.nanoTime() - waitingSince : 0);
        return !slowest.allows(bytes, Duration.ofNanos(nanos));
    }
}
