package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.transport.AttemptResult;

/// Ignores all events, for tests that observe something else.
public final class DeafListener implements AttemptListener {
    @Override
    public void attempted(Route route, Attempt attempt) {}

    @Override
    public void retried(Route route) {}

    @Override
    public void budgetExhausted(Route route) {}

    @Override
    public void hedged(Route route) {}

    @Override
    public void hedgeBudgetExhausted(Route route) {}

    @Override
    public void probed(Route route, AttemptResult result) {}
}
