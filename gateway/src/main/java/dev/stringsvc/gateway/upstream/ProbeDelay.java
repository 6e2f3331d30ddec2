package dev.stringsvc.gateway.upstream;

import java.time.Clock;

/// The time from an ejection to the first probe. It doubles each time that the endpoint is ejected again
/// soon after it came back. Used under the circuit's lock; any thread may ask [#overdue].
final class ProbeDelay {
    private final Ejection ejection;
    private final Clock clock;
    private int ejections;
    private long closedAt;
    private volatile long overdueAt;

    ProbeDelay(Ejection ejection, Clock clock) {
        this.ejection = ejection;
        this.clock = clock;
        this.closedAt = clock.millis();
    }

    /// Notes that the endpoint is back.
    void closed() {
        closedAt = clock.millis();
    }

    /// Starts the delay of an ejection that begins now.
    ///
    /// @param back true if the endpoint was back before, false if a probe has failed
    /// @return the delay, in milliseconds
    long start(boolean back) {
        if (back && clock.millis() - closedAt > ejection.probeLongest().toMillis()) {
            ejections = 0;
        }
        long first = ejection.probeAfter().toMillis();
        long delay = Math.min(
                first << Math.min(ejections, 20), ejection.probeLongest().toMillis());
        ejections++;
        overdueAt = clock.millis() + 2 * delay;
        return delay;
    }

    /// Ends the delay.
    void end() {
        overdueAt = clock.millis();
    }

    /// True if a probe has been allowed for as long as the whole delay, and nobody has probed.
    boolean overdue() {
        return clock.millis() >= overdueAt;
    }
}
