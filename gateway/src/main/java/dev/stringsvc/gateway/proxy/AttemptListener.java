package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.transport.AttemptResult;

/// Hears of attempts, on the request's thread, or a probe's; must not block.
public interface AttemptListener {
    /// An attempt has ended, or its answer's head is here.
    void attempted(Route route, Attempt attempt);

    /// Another attempt follows.
    void retried(Route route);

    /// Another attempt was called for, and the budget was used up.
    void budgetExhausted(Route route);

    /// An ejected instance was sent a copy of a request.
    void probed(Route route, AttemptResult result);
}
