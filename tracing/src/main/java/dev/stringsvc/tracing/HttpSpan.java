package dev.stringsvc.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.Optional;

/// The span of an HTTP request that this program serves.
///
/// @param name the span's name without its route
record HttpSpan(Span span, String name) implements CallTrace {
    private static final int SERVERS_FAULT = 500;

    @Override
    public Optional<String> id() {
        return Optional.of(span.getSpanContext().getTraceId());
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
        if (status >= SERVERS_FAULT) {
            span.setStatus(StatusCode.ERROR).setAttribute(Conventions.ERROR_TYPE, Integer.toString(status));
        }
        span.end();
    }
}
