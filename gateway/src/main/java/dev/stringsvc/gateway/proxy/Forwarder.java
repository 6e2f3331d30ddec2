package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.UpstreamRequest;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Upstream;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Takes the requests of one route through their attempts, within one deadline. Thread-safe.
///
/// Resilience4j counts the attempts and waits between them; whether one follows is [RetryPolicy]'s and
/// [RetryBudget]'s to say. An attempt that reached nobody is no load on anybody and costs no budget.
public final class Forwarder {
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

    private final Route route;
    private final Upstream upstream;
    private final RetryPolicy policy;
    private final RetryBudget budget;
    private final AttemptListener listener;
    private final LongSupplier nanoClock;
    private final Retry retry;

    public Forwarder(
            Route route,
            Upstream upstream,
            RetryPolicy policy,
            RetryBudget budget,
            AttemptListener listener,
            LongSupplier nanoClock) {
        this.route = route;
        this.upstream = upstream;
        this.policy = policy;
        this.budget = budget;
        this.listener = listener;
        this.nanoClock = nanoClock;
        this.retry = Retry.of(
                route.name(),
                RetryConfig.<Attempts>custom()
                        .maxAttempts(route.attempts())
                        .retryOnResult(Attempts::goOn)
                        .consumeResultBeforeRetryAttempt((number, attempts) -> attempts.discard())
                        .intervalBiFunction(
                                (number, attempts) -> attempts.get().delay.toMillis())
                        .build());
    }

    /// Sends the request until it is answered or given up, on the calling thread. An [ProxyResult.Answered] must be
    /// closed.
    public ProxyResult forward(UpstreamRequest request) {
        budget.deposit();
        var attempts = new Attempts(request);
        Retry.Context<Attempts> context = retry.context();
        try {
            do {
                attempts.next();
            } while (context.onResult(attempts));
            return attempts.result();
        } catch (RuntimeException | Error e) {
            attempts.discard();
            throw e;
        }
    }

    /// One request's attempts so far. Used by the request's thread only.
    private final class Attempts {
        private final UpstreamRequest request;
        private final long deadline = nanoClock.getAsLong() + route.deadline().toNanos();
        private final List<Attempt> made = new ArrayList<>(1);
        private final List<Endpoint> tried = new ArrayList<>(1);
        private Endpoint.@Nullable Permit permit;
        private Duration delay = Duration.ZERO;
        private boolean noEndpoint;

        Attempts(UpstreamRequest request) {
            this.request = request;
        }

        /// Makes the next attempt, if there is an endpoint for it.
        void next() {
            Optional<Endpoint> endpoint = upstream.pick(tried);
            noEndpoint = endpoint.isEmpty();
            endpoint.ifPresent(this::attempt);
        }

        private void attempt(Endpoint endpoint) {
            tried.add(endpoint);
            Duration timeout = timeout();
            permit = endpoint.acquire();
            boolean answered = false;
            try {
                long start = nanoClock.getAsLong();
                AttemptResult result = endpoint.transport().execute(request, timeout);
                answered = result instanceof AttemptResult.Responded;
                made.add(new Attempt(endpoint, result, Duration.ofNanos(nanoClock.getAsLong() - start)));
            } finally {
                if (!answered) {
                    permit.close();
                }
            }
            listener.attempted(route, made.getLast());
        }

        /// The attempt's timeout leaves time for another attempt; where none could follow a timeout, the attempt may
        /// have all the time there is.
        private Duration timeout() {
            Duration left = timeLeft();
            boolean last = made.size() + 1 >= route.attempts();
            boolean another = repeatable() && request.body().replayable() && !last;
            return another && route.attemptTimeout().compareTo(left) < 0 ? route.attemptTimeout() : left;
        }

        private boolean repeatable() {
            return route.idempotent() || IDEMPOTENT.contains(request.method());
        }

        /// Whether another attempt is to follow. Asked once per attempt: a yes is paid for.
        boolean goOn() {
            if (noEndpoint) {
                return false;
            }
            AttemptResult result = made.getLast().result();
            var situation = new RetryPolicy.Situation(
                    repeatable(),
                    request.body().replayable(),
                    upstream.hasUntried(tried),
                    made.size(),
                    route.attempts(),
                    timeLeft());
            Optional<Duration> next = policy.decide(result, situation);
            if (next.isEmpty()) {
                return false;
            }
            if (!(result instanceof AttemptResult.NotSent) && !budget.withdraw()) {
                listener.budgetExhausted(route);
                return false;
            }
            delay = next.get();
            listener.retried(route);
            return true;
        }

        /// Gives up an answer that is not to be passed on.
        void discard() {
            Endpoint.@Nullable Permit last = permit;
            if (last == null) {
                return;
            }
            try (last) {
                if (!made.isEmpty() && made.getLast().result() instanceof AttemptResult.Responded(var response)) {
                    response.close();
                }
            }
        }

        ProxyResult result() {
            if (noEndpoint) {
                return new ProxyResult.NoInstances(upstream.watch().answered(), made);
            }
            return switch (made.getLast().result()) {
                case AttemptResult.Responded(var response)
                when permit != null -> new ProxyResult.Answered(response, permit, made);
                case AttemptResult.Responded ignored -> throw new IllegalStateException("an answer without a permit");
                case AttemptResult.NotSent ignored -> failed();
                case AttemptResult.MaybeSent ignored -> failed();
                case AttemptResult.TimedOut ignored -> new ProxyResult.DeadlineExceeded(made);
                case AttemptResult.ClientFault(var cause) -> new ProxyResult.ClientFault(cause, made);
                case AttemptResult.Unsendable(var reason) -> new ProxyResult.Unsendable(reason, made);
            };
        }

        private ProxyResult failed() {
            return timeLeft().isPositive()
                    ? new ProxyResult.UpstreamFailed(made)
                    : new ProxyResult.DeadlineExceeded(made);
        }

        private Duration timeLeft() {
            return Duration.ofNanos(deadline - nanoClock.getAsLong());
        }
    }
}
