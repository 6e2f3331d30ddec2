package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.upstream.Endpoint;
import java.time.Duration;

/// The trace of one request: what is told of its attempts. Called by the thread of the request or of a
/// hedge; must not block.
public interface RequestTrace {
    /// Of a request without a trace: headers pass unchanged.
    RequestTrace NONE = new RequestTrace() {};

    /// True if events are kept. False if the request is not sampled, or traces are off.
    default boolean isRecording() {
        return false;
    }

    /// An attempt begins. [AttemptTrace#ended] is called when it ends.
    default AttemptTrace attempt(UpstreamRequest request, AttemptTrace.Start start) {
        return AttemptTrace.NONE;
    }

    /// The head of a probe, which is no part of the client's trace.
    default HeaderFields ofProbe(HeaderFields ofRequest) {
        return ofRequest;
    }

    /// The next attempt begins after this delay.
    default void waits(Duration delay) {}

    /// The result of an attempt has ejected the endpoint.
    default void ejected(Endpoint endpoint) {}
}
