package dev.stringsvc.gateway.upstream;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How well discovery is doing for one service.
///
/// @param index where the source counts its changes; 0 before the first answer
/// @param answeredAt when the source last answered, be it before this process began; `null` where nothing is known
/// @param remembered whether what is known is from before this process began
/// @param error why it does not answer now; `null` while it does
/// @param failures how often in a row it did not answer
/// @param lastError why it did not answer when that last happened; `null` where it always did
public record WatchState(
        long index,
        @Nullable Instant answeredAt,
        boolean remembered,
        @Nullable String error,
        int failures,
        @Nullable String lastError) {
    static final WatchState UNASKED = new WatchState(0, null, false, null, 0, null);

    /// Whether there is something to serve from.
    public boolean answered() {
        return answeredAt != null;
    }

    WatchState answered(long index, Instant now) {
        return new WatchState(index, now, false, null, 0, lastError);
    }

    WatchState remembered(Instant savedAt) {
        return new WatchState(0, savedAt, true, null, 0, null);
    }

    WatchState failed(String error) {
        return new WatchState(index, answeredAt, remembered, error, failures + 1, error);
    }
}
