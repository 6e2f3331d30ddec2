package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.transport.AttemptResult;

/// Is told of attempts, on the thread of the request, of a hedge or of a probe. Must not block.
public interface AttemptListener {
    /// An attempt has ended, or its answer's head is here.
    default void attempted(Route route, Attempt attempt) {}

    /// Another attempt follows.
    default void retried(Route route) {}

    /// Another attempt was due, but the retry budget was used up.
    default void budgetExhausted(Route route) {}

    /// A hedge was sent: a copy of the request beside an attempt that takes long.
    default void hedged(Route route) {}

    /// A hedge was due, but its budget was used up.
    default void hedgeBudgetExhausted(Route route) {}

    /// An ejected instance was sent a copy of a request.
    default void probed(Route route, AttemptResult result) {}
}
