package dev.stringsvc.gateway.upstream;

import java.util.List;

/// Chooses which endpoint is next. Thread-safe.
@FunctionalInterface
public interface Balancer {
    /// @param candidates at least one
    Endpoint pick(List<Endpoint> candidates);
}
