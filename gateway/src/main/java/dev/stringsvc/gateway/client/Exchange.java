package dev.stringsvc.gateway.client;

import dev.stringsvc.gateway.http.GrpcStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A finished request, for the access log and the meters.
///
/// @param status the status that the client got; 499 if it had gone away before
/// @param bytes the bytes of the body that were written to the client
/// @param route its name; `null` if none matched
/// @param instance the id of the last instance that was tried; `null` if none was
/// @param error why the client did not get an instance's complete response; `null` if it did
/// @param call `null` if the request was not a gRPC call
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
        @Nullable String error,
        @Nullable Call call) {
    /// How a gRPC call ended.
    ///
    /// @param method for example `pkg.Service/Method`, as the client wrote it
    /// @param status [GrpcStatus#UNKNOWN] if the instance sent none
    public record Call(String method, GrpcStatus status) {}

    /// A request other than a gRPC call.
    public Exchange(
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
        this(method, path, status, bytes, took, route, instance, attempts, requestId, error, null);
    }

    /// A request that was refused before a handler saw it.
    static Exchange refused(
            String method, String path, int status, long bytes, Duration took, String requestId, String error) {
        return new Exchange(method, path, status, bytes, took, null, null, 0, requestId, error, null);
    }

    /// Hears of each exchange, on the request's thread; must not block.
    @FunctionalInterface
    public interface Listener {
        void finished(Exchange exchange);
    }
}
