package dev.stringsvc.tracing;

import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Passes the caller's trace on as it came.
///
/// @param fields the values of the caller's fields by their names
record NoTrace(Optional<String> id, Function<String, List<String>> fields)
        implements CallTrace.OfHttp, CallTrace.OfRpc, CallTrace.OutgoingTrace {
    /// Those of W3C Trace Context and W3C Baggage.
    private static final List<String> PASSED = List.of(TraceParent.FIELD, "tracestate", "baggage");

    static NoTrace of(Function<String, List<String>> fields) {
        return new NoTrace(TraceParent.traceId(fields.apply(TraceParent.FIELD)), fields);
    }

    @Override
    public OutgoingTrace begin(Attempt attempt) {
        for (String name : PASSED) {
            List<String> values = fields.apply(name);
            if (!values.isEmpty()) {
                attempt.fields().accept(name, String.join(",", values));
            }
        }
        return this;
    }

    @Override
    public void routed(String route) {}

    @Override
    public void sentTo(@Nullable SocketAddress address) {}

    @Override
    public void ended(int status) {}

    @Override
    public void ended(String status) {}
}
