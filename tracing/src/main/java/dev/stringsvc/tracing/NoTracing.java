package dev.stringsvc.tracing;

import java.util.Optional;

/// Only reads the caller's trace id.
final class NoTracing implements Tracing {
    @Override
    public CallTrace http(HttpHead head) {
        Optional<String> id = TraceParent.traceId(head.fields().apply(TraceParent.FIELD));
        return () -> id;
    }

    @Override
    public void close() {}
}
