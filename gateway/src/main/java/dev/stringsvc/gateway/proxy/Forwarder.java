package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.UpstreamRequest;
import dev.stringsvc.gateway.upstream.Bulkhead;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Upstream;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.function.LongSupplier;

/// Takes the requests of one route through their attempts, within one deadline. Thread-safe.
///
/// Resilience4j counts the attempts and waits between them; whether one follows is [RetryPolicy]'s and
/// [RetryBudget]'s to say. An attempt that reached nobody is no load on anybody and costs no budget.
public final class Forwarder {
    private final Attempts.Course course;
    private final Retry retry;

    public Forwarder(
            Route route,
            Action.Forward forward,
            Upstream upstream,
            RetryPolicy policy,
            RetryBudget budget,
            RetryBudget hedges,
            AttemptListener listener,
            LongSupplier nanoClock) {
        Balance balance = Balance.of(forward.balancing(), forward.canary());
        this.course =
                new Attempts.Course(route, forward, upstream, balance, policy, budget, hedges, listener, nanoClock);
        this.retry = Retry.of(
                route.name(),
                RetryConfig.<Attempts>custom()
                        .maxAttempts(forward.attempts())
                        .retryOnResult(Attempts::goOn)
                        .consumeResultBeforeRetryAttempt((number, attempts) -> attempts.discard())
                        .intervalBiFunction(
                                (number, attempts) -> attempts.get().delay().toMillis())
                        .build());
    }

    /// That of the service, shared by all of its routes.
    public Bulkhead bulkhead() {
        return course.upstream().bulkhead();
    }

    /// Sends the request until it is answered or given up, on the calling thread. An [ProxyResult.Answered] must be
    /// closed.
    public ProxyResult forward(UpstreamRequest request) {
        var attempts = new Attempts(course, request);
        var race = new Race(attempts, course.forward().attemptTimeout());
        Retry.Context<Attempts> context = retry.context();
        try {
            attempts.probe().ifPresent(permit -> probe(permit, request));
            do {
                race.round();
            } while (context.onResult(attempts));
            return attempts.result();
        } catch (RuntimeException | Error e) {
            race.abandon();
            throw e;
        }
    }

    /// Sends a copy of a request to an endpoint that was ejected, to find out how it does: no client waits for it.
    private void probe(Endpoint.Permit permit, UpstreamRequest request) {
        var copy = new UpstreamRequest(
                request.method(), request.path(), request.query(), request.headers(), request.body());
        Thread.startVirtualThread(() -> {
            try (permit) {
                Duration timeout = course.forward().attemptTimeout();
                long start = course.nanoClock().getAsLong();
                AttemptResult result = permit.endpoint().transport().execute(copy, timeout);
                permit.ended(result, Duration.ofNanos(course.nanoClock().getAsLong() - start), true, true);
                course.listener().probed(course.route(), result);
                if (result instanceof AttemptResult.Responded(var response)) {
                    response.close();
                }
            }
        });
    }
}
