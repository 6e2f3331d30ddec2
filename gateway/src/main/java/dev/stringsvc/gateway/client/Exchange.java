package dev.stringsvc.gateway.client;

import dev.stringsvc.gateway.http.GrpcStatus;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A finished request, for the access log, the meters and the history of requests.
///
/// @param status the status that the client got; 499 if it had gone away before
/// @param bytes the bytes of the body that were written to the client
/// @param route its name; `null` if none matched
/// @param service the service that the route forwards to; `null` if it forwards to none
/// @param made the attempts that were made, in order
/// @param error why the client did not get an instance's complete response; `null` if it did
/// @param call `null` if the request was not a gRPC call
/// @param trace `null` if traces are off
public record Exchange(
        String method,
        String path,
        int status,
        long bytes,
        Duration took,
        @Nullable String route,
        @Nullable String service,
        List<Made> made,
        String requestId,
        @Nullable String error,
        @Nullable Call call,
        @Nullable Trace trace) {
    public Exchange {
        made = List.copyOf(made);
    }

    /// An attempt that was made.
    ///
    /// @param instance the instance's id
    /// @param outcome says how it ended, for operators: it may name addresses. Asked only for the few
    /// requests that somebody looks at
    /// @param failed true if the instance was not reached, broke off, was silent or answered with an error
    /// of its own
    /// @param after the time from the beginning of the request to that of the attempt
    /// @param took until the head of the answer, or until it failed
    public record Made(String instance, Supplier<String> outcome, boolean failed, Duration after, Duration took) {}

    /// How a gRPC call ended.
    ///
    /// @param method for example `pkg.Service/Method`, as the client wrote it
    /// @param status [GrpcStatus#UNKNOWN] if the instance sent none
    public record Call(String method, GrpcStatus status) {}

    /// Where a request is found among the traces.
    ///
    /// @param id the trace's, 32 hexadecimal digits
    /// @param spanId the request's own, 16 hexadecimal digits
    /// @param sampled true if the span is sent to the collector
    public record Trace(String id, String spanId, boolean sampled) {}

    /// A request that was refused before a handler saw it.
    static Exchange refused(
            String method, String path, int status, long bytes, Duration took, String requestId, String error) {
        return new Exchange(method, path, status, bytes, took, null, null, List.of(), requestId, error, null, null);
    }

    /// The number of attempts that were made.
    public int attempts() {
        return made.size();
    }

    /// The id of the last instance that was tried; `null` if none was.
    public @Nullable String instance() {
        return made.isEmpty() ? null : made.getLast().instance();
    }

    /// For logs and lists; `null` if traces are off.
    public @Nullable String traceId() {
        return trace == null ? null : trace.id();
    }

    /// True if its [Outcome] is a failure.
    public boolean failed() {
        return Outcome.of(this).isFailure();
    }

    /// Hears of each exchange, on the request's thread; must not block.
    @FunctionalInterface
    public interface Listener {
        void finished(Exchange exchange);
    }
}
