package dev.stringsvc.gateway.upstream;

import java.util.List;

/// Picks the endpoint for an attempt. Thread-safe.
@FunctionalInterface
public interface Balancer {
    /// @param candidates at least one. The list is immutable, and a change of a tag, meta or weight
    /// makes a new list, so a balancer may cache what it computes from a list
    Endpoint pick(List<Endpoint> candidates);

    /// The endpoint that [#pick] would return now, or one such where that depends on chance. Changes
    /// nothing.
    default Endpoint peek(List<Endpoint> candidates) {
        return pick(candidates);
    }
}
