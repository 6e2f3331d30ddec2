package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.upstream.Upstream;
import java.util.function.LongSupplier;

/// What all requests of a route share.
///
/// @param forward the route's action
/// @param budget bounds the retries of all routes to this upstream
/// @param hedges bounds the copies beside a slow attempt, likewise
/// @param nanoClock [System#nanoTime] outside of tests
public record RouteContext(
        Route route,
        Action.Forward forward,
        Upstream upstream,
        RetryPolicy policy,
        RetryBudget budget,
        RetryBudget hedges,
        AttemptListener listener,
        LongSupplier nanoClock) {}
