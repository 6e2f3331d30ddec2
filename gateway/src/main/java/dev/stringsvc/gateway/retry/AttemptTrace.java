package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.upstream.Endpoint;

/// The part of a request's trace that tells of one attempt. Must not block.
public interface AttemptTrace {
    /// Of a request without a trace.
    AttemptTrace NONE = new AttemptTrace() {};

    /// What is known of an attempt when it begins.
    ///
    /// @param earlier how many attempts of the request began before it
    /// @param hedge true if it is a copy beside an attempt that takes long
    record Start(Route route, Endpoint endpoint, int earlier, boolean hedge) {}

    /// The head that the instance gets: it names this attempt as the parent of what the instance does.
    default HeaderFields head(HeaderFields ofRequest) {
        return ofRequest;
    }

    /// The attempt has ended, or its answer's head is here.
    default void ended(Attempt attempt) {}
}
