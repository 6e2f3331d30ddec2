package dev.stringsvc.gateway.upstream;

import java.util.List;

/// Chooses which endpoint is next. Thread-safe.
@FunctionalInterface
public interface Balancer {
    /// @param candidates at least one; the list never changes, and there is another where a tag, a meta
    /// or a weight has changed, so what is worked out of one may be kept with it
    Endpoint pick(List<Endpoint> candidates);
}
