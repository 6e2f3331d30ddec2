package dev.stringsvc.gateway.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A finished request, for the access log and the meters.
///
/// @param status the status that the client got; 499 if it had gone away before
/// @param bytes the bytes of the body that were written to the client
/// @param route its name; `null` if none matched
/// @param instance the id of the last instance that was tried; `null` if none was
/// @param error why the client did not get an instance's complete response; `null` if it did
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
    /// A request that was refused before a handler saw it.
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
