package dev.stringsvc.gateway.upstream;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The state of discovery for one service.
///
/// @param index the source's index of changes; 0 before the first answer
/// @param answeredAt when the source last answered, perhaps in an earlier run; `null` if nothing is
/// known
/// @param remembered true if the instances were saved by an earlier run
/// @param error why the last query failed; `null` if it succeeded
/// @param failures the number of failed queries in a row
/// @param lastError why a query last failed; `null` if none has
public record WatchState(
        long index,
        @Nullable Instant answeredAt,
        boolean remembered,
        @Nullable String error,
        int failures,
        @Nullable String lastError) {
    static final WatchState UNASKED = new WatchState(0, null, false, null, 0, null);

    /// True if there are instances to use, or it is known that there are none.
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
