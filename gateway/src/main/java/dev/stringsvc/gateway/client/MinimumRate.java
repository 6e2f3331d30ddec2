package dev.stringsvc.gateway.client;

import java.time.Duration;

/// The minimum rate at which a client must send its body, or take its response.
///
/// @param bytesPerSecond on average; 0 for no minimum
/// @param grace the time at the start in which any rate is allowed
/// @param pause how long the client may take nothing of a response, even if its connection could not be
/// idle for that long
public record MinimumRate(long bytesPerSecond, Duration grace, Duration pause) {
    public MinimumRate(long bytesPerSecond, Duration grace) {
        this(bytesPerSecond, grace, Duration.ZERO);
    }

    /// Any rate, with pauses of at most this length.
    public static MinimumRate any(Duration pause) {
        return new MinimumRate(0, Duration.ZERO, pause);
    }

    /// Starts to measure one body.
    public ClientRate start() {
        return new ClientRate(this);
    }

    boolean allows(long bytes, Duration within) {
        return within.compareTo(grace) <= 0 || bytes >= bytesPerSecond * (within.toMillis() / 1000.0);
    }
}
