package dev.stringsvc.gateway.telemetry.trace;

import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.proxy.ServerTrace;
import dev.stringsvc.gateway.proxy.Tracing;
import dev.stringsvc.gateway.retry.AttemptTrace;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.tracing.Conventions;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The span of a client's request. Thread-safe.
final class ServerSpan implements ServerTrace {
    private static final double NANOS = 1e9;

    private final OtlpTracing tracing;
    private final Span span;
    private final String method;

    ServerSpan(OtlpTracing tracing, Span span, Tracing.Head head) {
        this.tracing = tracing;
        this.span = span;
        this.method = head.method();
    }

    static Span begin(Tracer tracer, Context parent, Tracing.Head head) {
        String method = Conventions.method(head.method());
        SpanBuilder builder = tracer.spanBuilder(Conventions.name(head.method()))
                .setParent(parent)
                .setSpanKind(SpanKind.SERVER)
                // known to the sampler
                .setAttribute(Conventions.METHOD, method)
                .setAttribute(Conventions.PATH, head.path())
                .setAttribute(Conventions.SCHEME, head.scheme());
        Span span = builder.startSpan();
        if (span.isRecording()) {
            describe(span, head, method);
        }
        return span;
    }

    private static void describe(Span span, Tracing.Head head, String method) {
        if (!method.equals(head.method())) {
            span.setAttribute(Conventions.METHOD_ORIGINAL, head.method());
        }
        @Nullable String host = head.host();
        if (host != null) {
            span.setAttribute(Conventions.SERVER_ADDRESS, host.replaceFirst(":\\d*$", ""));
        }
        span.setAttribute(Conventions.CLIENT_ADDRESS, head.from().client().getHostAddress());
        span.setAttribute(
                Conventions.PEER_ADDRESS, head.from().peer().getAddress().getHostAddress());
        span.setAttribute(Conventions.PEER_PORT, (long) head.from().peer().getPort());
        span.setAttribute(Conventions.PROTOCOL_VERSION, Conventions.version(head.protocol()));
        List<String> agent = head.fields().apply("User-Agent");
        if (!agent.isEmpty()) {
            span.setAttribute(Conventions.USER_AGENT, agent.getFirst());
        }
        @Nullable String rpcMethod = head.rpcMethod();
        if (rpcMethod != null) {
            span.setAttribute(Conventions.RPC_SYSTEM, "grpc").setAttribute(Conventions.RPC_METHOD, rpcMethod);
        }
    }

    @Override
    public Exchange.Trace ids() {
        SpanContext ids = span.getSpanContext();
        return new Exchange.Trace(ids.getTraceId(), ids.getSpanId(), ids.isSampled());
    }

    @Override
    public boolean isRecording() {
        return span.isRecording();
    }

    @Override
    public void routed(Route route) {
        if (span.isRecording()) {
            String path = route.predicates().path().toString();
            span.updateName(Conventions.name(method) + ' ' + path)
                    .setAttribute(Conventions.HTTP_ROUTE, path)
                    .setAttribute(Keys.ROUTE, route.name());
        }
    }

    @Override
    public AttemptTrace attempt(UpstreamRequest request, AttemptTrace.Start start) {
        return AttemptSpan.begin(tracing, Context.root().with(span), request, start);
    }

    @Override
    public HeaderFields ofProbe(HeaderFields ofRequest) {
        return AttemptSpan.without(tracing.propagator().fields(), ofRequest);
    }

    @Override
    public void waits(Duration delay) {
        if (delay.isPositive()) {
            span.addEvent("gateway.retry.delay", Attributes.of(Keys.DELAY, delay.toNanos() / NANOS));
        }
    }

    @Override
    public void ejected(Endpoint endpoint) {
        @Nullable String why = endpoint.lastFailure();
        span.addEvent(
                "gateway.ejected",
                Attributes.of(Keys.INSTANCE, endpoint.id(), Keys.OUTCOME, why == null ? "failed" : why));
    }

    @Override
    public void finished(Exchange exchange) {
        if (span.isRecording()) {
            conclude(exchange);
        }
        span.end();
    }

    private void conclude(Exchange exchange) {
        span.setAttribute(Conventions.STATUS, (long) exchange.status())
                .setAttribute(Keys.ATTEMPTS, (long) exchange.attempts())
                .setAttribute(Keys.REQUEST_ID, exchange.requestId());
        setIfAny(Keys.SERVICE, exchange.service());
        setIfAny(Keys.INSTANCE, exchange.instance());
        setIfAny(Keys.OUTCOME, exchange.error());
        Exchange.@Nullable Call call = exchange.call();
        if (call != null) {
            GrpcStatus status = call.status();
            span.setAttribute(Conventions.RPC_SYSTEM, "grpc")
                    .setAttribute(Conventions.RPC_METHOD, call.method())
                    .setAttribute(Conventions.RPC_STATUS, status.name());
        }
        // a client that went away (499) is no failure of the server (semantic conventions, HTTP spans)
        boolean broken = exchange.failed() && exchange.status() != 499;
        if (broken) {
            span.setStatus(StatusCode.ERROR, exchange.error() == null ? "" : exchange.error());
            span.setAttribute(Conventions.ERROR_TYPE, errorType(exchange));
        }
    }

    private static String errorType(Exchange exchange) {
        if (exchange.status() >= 500) {
            return Integer.toString(exchange.status());
        }
        Exchange.@Nullable Call call = exchange.call();
        return call != null && call.status().isServersFault() ? call.status().name() : "incomplete";
    }

    private void setIfAny(io.opentelemetry.api.common.AttributeKey<String> key, @Nullable String value) {
        if (value != null) {
            span.setAttribute(key, value);
        }
    }
}
