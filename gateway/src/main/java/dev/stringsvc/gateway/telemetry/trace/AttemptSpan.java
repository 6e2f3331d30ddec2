package dev.stringsvc.gateway.telemetry.trace;

import dev.stringsvc.gateway.http.GrpcCall;
import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.retry.Attempt;
import dev.stringsvc.gateway.retry.AttemptTrace;
import dev.stringsvc.gateway.route.HeaderEdits;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.tracing.Conventions;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.Collection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The span of one attempt, until the head of its answer. Thread-safe.
final class AttemptSpan implements AttemptTrace {
    private final TextMapPropagator propagator;
    private final Span span;
    private final HeaderEdits edits;

    private AttemptSpan(TextMapPropagator propagator, Span span, HeaderEdits edits) {
        this.propagator = propagator;
        this.span = span;
        this.edits = edits;
    }

    static AttemptSpan begin(OtlpTracing tracing, Context parent, UpstreamRequest request, Start start) {
        Span span = tracing.tracer()
                .spanBuilder(Conventions.name(request.method()))
                .setParent(parent)
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute(Conventions.METHOD, Conventions.method(request.method()))
                .startSpan();
        if (span.isRecording()) {
            describe(span, request, start);
        }
        return new AttemptSpan(tracing.propagator(), span, start.route().requestHeaders());
    }

    private static void describe(Span span, UpstreamRequest request, Start start) {
        span.setAttribute(Conventions.PATH, request.path())
                .setAttribute(
                        Conventions.SERVER_ADDRESS, start.endpoint().instance().host())
                .setAttribute(Conventions.SERVER_PORT, (long)
                        start.endpoint().instance().port())
                .setAttribute(Keys.ROUTE, start.route().name())
                .setAttribute(Keys.INSTANCE, start.endpoint().id());
        if (start.earlier() > 0) {
            span.setAttribute(Conventions.RESEND_COUNT, (long) start.earlier());
        }
        if (start.hedge()) {
            span.setAttribute(Keys.HEDGE, true);
        }
        if (GrpcCall.of(request.headers()) != null) {
            span.setAttribute(Conventions.RPC_SYSTEM, "grpc")
                    .setAttribute(Conventions.RPC_METHOD, request.path().substring(1));
        }
    }

    /// Names this attempt in place of the client's span. A field that the route removes or sets stays
    /// as the route wants it.
    @Override
    public HeaderFields head(HeaderFields ofRequest) {
        HeaderFields head =
                without(propagator.fields().stream().filter(edits::keeps).toList(), ofRequest);
        propagator.inject(Context.root().with(span), head, (to, name, value) -> {
            if (edits.keeps(name)) {
                Objects.requireNonNull(to).add(name, value);
            }
        });
        return head;
    }

    /// A copy of a head without some of its fields.
    static HeaderFields without(Collection<String> names, HeaderFields head) {
        var copy = new HeaderFields();
        head.forEach((name, value) -> {
            if (names.stream().noneMatch(name::equalsIgnoreCase)) {
                copy.add(name, value);
            }
        });
        return copy;
    }

    @Override
    public void ended(Attempt attempt) {
        if (span.isRecording()) {
            conclude(attempt);
        }
        span.end();
    }

    private void conclude(Attempt attempt) {
        span.setAttribute(Keys.OUTCOME, attempt.reason());
        @Nullable String error = null;
        if (attempt.result() instanceof AttemptResult.Responded answered) {
            span.setAttribute(Conventions.STATUS, (long) answered.status());
            @Nullable GrpcStatus alone = GrpcCall.statusAlone(answered.response());
            if (alone != null) {
                span.setAttribute(Conventions.RPC_STATUS, alone.name());
            }
            if (answered.status() >= 400) {
                error = Integer.toString(answered.status());
            } else if (alone != null && alone != GrpcStatus.OK) {
                error = alone.name();
            }
        } else if (!attempt.overtaken()) {
            error = attempt.outcome().replace(' ', '_');
        }
        if (error != null) {
            span.setAttribute(Conventions.ERROR_TYPE, error).setStatus(StatusCode.ERROR, attempt.outcome());
        }
    }
}
