package dev.stringsvc.gateway.client;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.eclipse.jetty.http2.HTTP2Session;

/// Counts, by HTTP/2 connection, the responses that were cut because the client did not read them.
/// Thread-safe.
final class UntakenResponses {
    private static final int TOO_MANY = 3;
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final Map<HTTP2Session, Count> counts = Collections.synchronizedMap(new WeakHashMap<>());

    /// @param since when the first of them was cut, by [System#nanoTime]
    private record Count(int count, long since) {
        Count plus(Count last) {
            return last.since - since > WITHIN.toNanos() ? last : new Count(count + 1, since);
        }
    }

    /// Counts a response that was cut.
    ///
    /// @return true if there were several on this connection within seconds
    boolean isRepeated(HTTP2Session session) {
        return counts.merge(session, new Count(1, System.nanoTime()), Count::plus)
                        .count()
                >= TOO_MANY;
    }
}
