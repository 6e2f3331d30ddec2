package dev.stringsvc.tracing;

import dev.stringsvc.tracing.CallTrace.OfHttp;
import dev.stringsvc.tracing.CallTrace.OfRpc;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.util.Optional;
import java.util.Set;

/// The span of a call that this program serves. Thread-safe.
///
/// @param name    the span's name, without a route
/// @param context what the caller sent, with the span
record CallSpan(SpanTracing tracing, Span span, String name, Context context) implements OfHttp, OfRpc {
    private static final int SERVERS_FAULT = 500;
    /// The statuses that are the server's fault (semantic conventions for gRPC).
    private static final Set<String> SERVERS_FAULTS =
            Set.of("UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS");

    @Override
    public Optional<String> id() {
        return Optional.of(span.getSpanContext().getTraceId());
    }

    @Override
    public OutgoingTrace begin(Attempt attempt) {
        return OutgoingSpan.begin(tracing, context, attempt);
    }

    @Override
    public void routed(String route) {
        span.updateName(name + ' ' + route).setAttribute(Conventions.HTTP_ROUTE, route);
    }

    @Override
    public void ended(int status) {
        if (status > 0) {
            span.setAttribute(Conventions.STATUS, (long) status);
        }
        end(status >= SERVERS_FAULT, Integer.toString(status));
    }

    @Override
    public void ended(String status) {
        span.setAttribute(Conventions.RPC_STATUS, status);
        end(SERVERS_FAULTS.contains(status), status);
    }

    private void end(boolean failed, String errorType) {
        if (failed) {
            span.setStatus(StatusCode.ERROR).setAttribute(Conventions.ERROR_TYPE, errorType);
        }
        span.end();
    }
}
