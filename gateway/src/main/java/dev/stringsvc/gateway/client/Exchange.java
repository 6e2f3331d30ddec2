package dev.stringsvc.gateway.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A request that is over, for the access log and the meters.
///
/// @param status what the client was told; 499 where it had gone before
/// @param bytes of the body that was written to the client
/// @param route its name; `null` where none matched
/// @param instance the id of the last instance that was tried; `null` where none was
/// @param error why the answer is not an instance's whole answer; `null` where it is
public record Exchange(
        String method,
        String path,
        int status,
        long bytes,
        Duration took,
        @Nullable String route,
        @Nullable String instance,
        int attempts,
        String requestId,
        @Nullable String error) {
    /// A request that no handler saw.
    static Exchange refused(
            String method, String path, int status, long bytes, Duration took, String requestId, String error) {
        return new Exchange(method, path, status, bytes, took, null, null, 0, requestId, error);
    }

    /// Hears of each exchange, on the request's thread; must not block.
    @FunctionalInterface
    public interface Listener {
        void finished(Exchange exchange);
    }
}
