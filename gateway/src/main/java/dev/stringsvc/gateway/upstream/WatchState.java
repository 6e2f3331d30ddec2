package dev.stringsvc.gateway.upstream;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How well discovery is doing for one service.
///
/// @param index where the source counts its changes; 0 before the first answer
/// @param answeredAt when the source last answered; `null` before the first answer
/// @param error why it does not answer now; `null` while it does
/// @param failures how often in a row it did not answer
/// @param lastError why it did not answer when that last happened; `null` where it always did
public record WatchState(
        long index,
        @Nullable Instant answeredAt,
        @Nullable String error,
        int failures,
        @Nullable String lastError) {
    static final WatchState UNASKED = new WatchState(0, null, null, 0, null);

    /// Whether there was ever an answer to serve from.
    public boolean answered() {
        return answeredAt != null;
    }

    WatchState answered(long index, Instant now) {
        return new WatchState(index, now, null, 0, lastError);
    }

    WatchState failed(String error) {
        return new WatchState(index, answeredAt, error, failures + 1, error);
    }
}
