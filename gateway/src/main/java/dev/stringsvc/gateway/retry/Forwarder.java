package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.balance.Balance;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.upstream.Endpoint;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Forwards the requests of one route, with as many attempts as one deadline allows. Thread-safe.
///
/// [Attempts] decides whether another attempt follows and after what delay, [Race] makes it, and
/// Resilience4j counts them and waits.
public final class Forwarder {
    private final RouteContext context;
    private final Bulkhead bulkhead;
    private final Balance balance;
    private final Retry retry;

    /// @param bulkhead limits the requests that the service holds, over all of its routes
    public Forwarder(RouteContext context, Bulkhead bulkhead) {
        Action.Forward forward = context.forward();
        this.context = context;
        this.bulkhead = bulkhead;
        this.balance = Balance.of(forward.balancing(), forward.canary());
        this.retry = Retry.of(
                context.route().name(),
                RetryConfig.<Optional<Duration>>custom()
                        .maxAttempts(forward.attempts())
                        .retryOnResult(Optional::isPresent)
                        .intervalBiFunction(
                                (attempt, delay) -> delay.get().orElseThrow().toMillis())
                        .build());
    }

    /// The service's bulkhead, shared by all of its routes.
    public Bulkhead bulkhead() {
        return bulkhead;
    }

    /// What a request would meet now.
    ///
    /// @param next the endpoint whose turn it is; `null` if none takes requests
    /// @param repeatable true if the request may be sent again after an instance has seen it
    /// @param retriesLeft how many retries the budget allows now
    /// @param full true if the service holds as many requests as it may
    public record Outlook(@Nullable Endpoint next, boolean repeatable, long retriesLeft, boolean full) {}

    /// Tells what a request would meet now. Sends and counts nothing.
    public Outlook outlook(UpstreamRequest request) {
        List<Endpoint> taking = context.upstream().taking();
        return new Outlook(
                taking.isEmpty() ? null : balance.peek(request, taking),
                Attempts.isRepeatable(context.forward(), request),
                retriesLeft(),
                bulkhead.isFull());
    }

    /// How many retries the service's budget allows now.
    public long retriesLeft() {
        return context.budget().left();
    }

    /// True if the service's instances are asked over HTTP/2.
    public boolean isHttp2() {
        return context.upstream().isHttp2();
    }

    /// Makes attempts until the request is answered or given up, on the calling thread. The caller must
    /// close an [ProxyResult.Answered].
    ///
    /// @param trace is told of each attempt
    public ProxyResult forward(UpstreamRequest request, RequestTrace trace) {
        var attempts = new Attempts(context, balance.balancers(request), request, trace);
        var race = new Race(attempts, context.forward().attemptTimeout());
        attempts.probe().ifPresent(permit -> probe(permit, request, trace));
        try {
            Retry.Context<Optional<Duration>> waits = retry.context();
            Optional<Duration> delay;
            do {
                race.round();
                delay = attempts.next();
            } while (waits.onResult(delay));
            return attempts.result();
        } catch (RuntimeException | Error e) {
            race.abandon();
            throw e;
        }
    }

    /// Sends a copy of a request to an ejected endpoint, to find out if it has recovered. No client
    /// waits for the answer.
    private void probe(Endpoint.Permit permit, UpstreamRequest request, RequestTrace trace) {
        var copy = new UpstreamRequest(
                request.method(), request.path(), request.query(), trace.ofProbe(request.headers()), request.body());
        Thread.startVirtualThread(() -> {
            try (permit) {
                Duration timeout = context.forward().attemptTimeout();
                long start = context.nanoClock().getAsLong();
                AttemptResult result = permit.endpoint().transport().execute(copy, timeout);
                permit.ended(result, Duration.ofNanos(context.nanoClock().getAsLong() - start), true, true);
                context.listener().probed(context.route(), result);
                if (result instanceof AttemptResult.Responded(var response)) {
                    response.close();
                }
            }
        });
    }
}
