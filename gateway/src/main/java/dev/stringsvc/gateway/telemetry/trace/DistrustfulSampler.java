package dev.stringsvc.gateway.telemetry.trace;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/// Decides about the request of an untrusted client as if its trace began here. Otherwise any client
/// could have all of its requests recorded: by the sampled flag, or by a trace id that the sampler takes.
/// Attempts are sampled if their request is.
final class DistrustfulSampler implements Sampler {
    private static final ContextKey<Boolean> DISTRUST = ContextKey.named("distrust");

    private final Sampler sampler;

    DistrustfulSampler(Sampler sampler) {
        this.sampler = sampler;
    }

    /// The same parent, whose sampled flag and trace id do not count.
    static Context distrusting(Context parent) {
        return parent.with(DISTRUST, true);
    }

    @Override
    public SamplingResult shouldSample(
            Context parent, String traceId, String name, SpanKind kind, Attributes attributes, List<LinkData> links) {
        SpanContext above = Span.fromContext(parent).getSpanContext();
        if (above.isValid() && !above.isRemote()) {
            return above.isSampled() ? SamplingResult.recordAndSample() : SamplingResult.drop();
        }
        return parent.get(DISTRUST) == null
                ? sampler.shouldSample(parent, traceId, name, kind, attributes, links)
                : sampler.shouldSample(
                        Context.root(), IdGenerator.random().generateTraceId(), name, kind, attributes, links);
    }

    @Override
    public String getDescription() {
        return sampler.getDescription();
    }

    @Override
    public String toString() {
        return getDescription();
    }
}
