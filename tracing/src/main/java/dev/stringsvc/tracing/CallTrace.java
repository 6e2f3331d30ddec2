package dev.stringsvc.tracing;

import java.util.Optional;

/// The part of a trace that is about one call which this program serves. Thread-safe.
public interface CallTrace {
    /// The trace's id.
    Optional<String> id();

    /// Names the route that takes the call.
    default void routed(String route) {}

    /// Ends it; called once.
    ///
    /// @param status of the answer; 0 if there is none
    default void ended(int status) {}
}
