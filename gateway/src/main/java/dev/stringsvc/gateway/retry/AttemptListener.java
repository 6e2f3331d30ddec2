package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.transport.AttemptResult;

/// Hears of attempts, on the request's thread, or that of a copy or a probe; must not block.
public interface AttemptListener {
    /// An attempt has ended, or its answer's head is here.
    void attempted(Route route, Attempt attempt);

    /// Another attempt follows.
    void retried(Route route);

    /// Another attempt was called for, and the budget was used up.
    void budgetExhausted(Route route);

    /// A copy was begun beside an attempt that takes long.
    void hedged(Route route);

    /// A copy was called for, and the budget for copies was used up.
    void hedgeBudgetExhausted(Route route);

    /// An ejected instance was sent a copy of a request.
    void probed(Route route, AttemptResult result);
}
