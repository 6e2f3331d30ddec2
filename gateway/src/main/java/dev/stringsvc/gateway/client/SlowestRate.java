package dev.stringsvc.gateway.client;

import java.time.Duration;

/// How slowly a client may send its body, or take its answer.
///
/// @param bytesPerSecond on average; 0 allows any
/// @param grace for how long it does not matter
public record SlowestRate(long bytesPerSecond, Duration grace) {
    /// Begins to measure one body.
    public ClientRate start() {
        return new ClientRate(this);
    }

    boolean allows(long bytes, Duration within) {
        return within.compareTo(grace) <= 0 || bytes >= bytesPerSecond * (within.toMillis() / 1000.0);
    }
}
