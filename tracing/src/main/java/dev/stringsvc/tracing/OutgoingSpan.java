package dev.stringsvc.tracing;

import dev.stringsvc.tracing.CallTrace.Attempt;
import dev.stringsvc.tracing.CallTrace.OutgoingTrace;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// The span of one attempt of a call to another program. Thread-safe.
record OutgoingSpan(Span span) implements OutgoingTrace {
    static OutgoingSpan begin(SpanTracing tracing, Context parent, Attempt attempt) {
        Span span = tracing.tracer()
                .spanBuilder(attempt.method())
                .setParent(parent)
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute(Conventions.RPC_SYSTEM, SpanTracing.GRPC)
                .setAttribute(Conventions.RPC_METHOD, attempt.method())
                .startSpan();
        if (attempt.earlier() > 0) {
            span.setAttribute(Conventions.RPC_RESEND_COUNT, (long) attempt.earlier());
        }
        tracing.propagator().inject(parent.with(span), attempt, (to, name, value) -> {
            if (to != null) {
                to.fields().accept(name, value);
            }
        });
        return new OutgoingSpan(span);
    }

    @Override
    public void sentTo(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress to) {
            span.setAttribute(Conventions.SERVER_ADDRESS, to.getAddress().getHostAddress())
                    .setAttribute(Conventions.SERVER_PORT, (long) to.getPort());
        }
    }

    @Override
    public void ended(String status) {
        span.setAttribute(Conventions.RPC_STATUS, status);
        if (!status.equals("OK")) {
            span.setStatus(StatusCode.ERROR).setAttribute(Conventions.ERROR_TYPE, status);
        }
        span.end();
    }
}
