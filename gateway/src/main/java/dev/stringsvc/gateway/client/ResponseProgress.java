package dev.stringsvc.gateway.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How far the response to a client is, and whether the client takes it too slowly. Thread-safe.
final class ResponseProgress {
    private volatile @Nullable ClientRate rate;
    private volatile boolean begun;
    private volatile boolean tooSlow;

    /// A new request has arrived: its response has not begun.
    void reset() {
        begun = false;
    }

    void begin() {
        begun = true;
    }

    void measure(ClientRate rate) {
        this.rate = rate;
    }

    /// The response is over, and no longer measured.
    void end() {
        rate = null;
    }

    boolean measured() {
        return rate != null;
    }

    /// True if the connection may be silent, because the response pauses or has not begun yet, and not
    /// because the client is slow.
    ///
    /// @param inHand true while a request is handled
    boolean pauses(boolean inHand, long idleMillis) {
        @Nullable ClientRate measured = rate;
        return measured == null ? inHand && !begun : !measured.waits(Duration.ofMillis(idleMillis));
    }

    /// Checks whether the client takes the response too slowly, and remembers it.
    boolean checkTooSlow() {
        @Nullable ClientRate measured = rate;
        if (measured != null && measured.tooSlow()) {
            tooSlow = true;
            return true;
        }
        return false;
    }

    /// The response was cut because the client did not take it.
    void cutAsTooSlow() {
        tooSlow = true;
    }

    boolean tooSlow() {
        return tooSlow;
    }
}
