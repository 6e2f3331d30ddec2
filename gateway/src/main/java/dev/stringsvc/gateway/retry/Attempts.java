package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.Caller;
import dev.stringsvc.gateway.http.Cancellation;
import dev.stringsvc.gateway.http.ClientAddress;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Canary;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.upstream.Balancers;
import dev.stringsvc.gateway.upstream.ClientTag;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Upstream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One request's attempts so far, and every decision about the next: to whom, with how much time,
/// whether at all and after what delay, and who wins. It neither sends nor waits, so that a simulation
/// can drive it. Not thread-safe: [Race] guards it by a lock.
final class Attempts {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    private final RouteContext context;
    private final UpstreamRequest request;
    private final int client;
    private final Balancers balancers;
    private final boolean repeatable;
    private final long deadline;
    /// In the order in which they began.
    private final List<Try> tries = new ArrayList<>(1);
    private final List<Endpoint> tried = new ArrayList<>(1);
    private int running;
    private boolean over;
    private @Nullable Try round;
    /// The end that the client is told of, unless a better one comes.
    private @Nullable Try held;

    /// One attempt, from its beginning on.
    static final class Try {
        private final Endpoint.Permit permit;
        private final UpstreamRequest request;
        private final Cancellation cancellation;
        private final Duration timeout;
        private final long startedAt;
        private @Nullable Attempt end;

        private Try(Endpoint.Permit permit, UpstreamRequest request, Duration timeout, long startedAt) {
            this.permit = permit;
            this.cancellation = new Cancellation();
            this.request = request.cancelledBy(cancellation);
            this.timeout = timeout;
            this.startedAt = startedAt;
        }

        Endpoint endpoint() {
            return permit.endpoint();
        }

        /// What to send.
        UpstreamRequest request() {
            return request;
        }

        /// How long it may take.
        Duration timeout() {
            return timeout;
        }

        private void drop(AttemptResult result) {
            try (permit) {
                if (result instanceof AttemptResult.Responded(var response)) {
                    response.close();
                }
            }
        }
    }

    /// @param balancers picks an endpoint for each attempt of this request
    Attempts(RouteContext context, Balancers balancers, UpstreamRequest request) {
        this.context = context;
        this.balancers = balancers;
        this.request = request;
        this.client = request.client() == null ? ClientTag.UNKNOWN : ClientTag.of(ClientAddress.bits(request.client()));
        this.repeatable = isRepeatable(context.forward(), request);
        this.deadline = now() + context.forward().deadline().toNanos();
        context.budget().deposit();
        context.hedges().deposit();
    }

    private static boolean isRepeatable(Action.Forward forward, UpstreamRequest request) {
        if (forward.idempotent() || IDEMPOTENT.contains(request.method())) {
            return true;
        }
        @Nullable String key = forward.idempotencyKey() ? request.headers().first(IDEMPOTENCY_KEY) : null;
        return key != null && !key.isBlank();
    }

    /// Whether a copy may be under way at the same time. That asks for more than to be repeatable: of
    /// two DELETEs, or of two POSTs with one key, one may be answered with 404 or 409, and that one
    /// could be the client's. A copy of a WebSocket's handshake would open a session for nobody.
    boolean copyable() {
        return !streamed()
                && !request.upgrade()
                && (context.forward().idempotent() || SAFE.contains(request.method()))
                && !isGrpc();
    }

    private boolean isGrpc() {
        @Nullable String type = request.headers().first("content-type");
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("application/grpc");
    }

    private boolean streamed() {
        return request.body() instanceof Body.Streamed;
    }

    private long now() {
        return context.nanoClock().getAsLong();
    }

    /// A permit to send a copy of the request to an ejected endpoint, whose answer nobody waits for.
    Optional<Endpoint.Permit> probe() {
        return copyable() ? context.upstream().probe(client) : Optional.empty();
    }

    /// Begins the first attempt, or one that follows when no other runs; empty when there is nobody to
    /// ask. For each one begun, [#ended] is to follow.
    Optional<Try> begin() {
        Optional<Endpoint.Permit> permit = choose();
        round = permit.map(one -> begin(one, request, attemptTimeout())).orElse(null);
        return Optional.ofNullable(round);
    }

    private Try begin(Endpoint.Permit permit, UpstreamRequest toSend, Duration timeout) {
        var next = new Try(permit, toSend, timeout, now());
        tries.add(next);
        tried.add(permit.endpoint());
        running++;
        return next;
    }

    /// To be asked each time that an attempt's usual time has passed and the round is not over: notes
    /// who has been silent for too long, and may begin a copy elsewhere.
    Optional<Try> hedge() {
        if (roundOver()) {
            return Optional.empty();
        }
        tries.forEach(this::noteSilence);
        if (tries.size() >= context.forward().attempts() || !timeLeft().isPositive()) {
            return Optional.empty();
        }
        Predicate<Endpoint> side = sideOf(tries.getFirst().endpoint());
        if (!context.upstream().hasUntried(tried, side)) {
            return Optional.empty();
        }
        if (!context.hedges().withdraw()) {
            context.listener().hedgeBudgetExhausted(context.route());
            return Optional.empty();
        }
        Caller caller = request.caller();
        Caller deaf = () -> caller.hasLeft();
        Optional<Try> copy = context.upstream()
                .pickUntried(tried, balancers, side)
                .map(endpoint -> begin(endpoint.acquire(client), request.askedBy(deaf), timeLeft()));
        copy.ifPresent(one -> context.listener().hedged(context.route()));
        return copy;
    }

    private void noteSilence(Try one) {
        Duration silent = Duration.ofNanos(now() - one.startedAt);
        if (one.end == null && silent.compareTo(context.forward().attemptTimeout()) >= 0) {
            one.permit.silent(silent);
        }
    }

    private Predicate<Endpoint> sideOf(Endpoint first) {
        @Nullable Canary canary = context.forward().canary();
        if (canary == null) {
            return endpoint -> true;
        }
        boolean side = first.has(canary.tag(), canary.meta());
        return endpoint -> endpoint.has(canary.tag(), canary.meta()) == side;
    }

    /// True if this attempt began the round that is on.
    boolean began(Try first) {
        return first == round;
    }

    /// True if there is nothing to wait for: one attempt has won, or none runs.
    boolean roundOver() {
        return over || running == 0;
    }

    /// A request that cannot be copied is a probe itself, if nobody else has been one for long.
    private Optional<Endpoint.Permit> choose() {
        Upstream upstream = context.upstream();
        Optional<Endpoint.Permit> probe =
                !copyable() && tries.isEmpty() ? upstream.overdueProbe(client) : Optional.empty();
        if (probe.isPresent()) {
            return probe;
        }
        Optional<Endpoint> picked = upstream.pick(tried, balancers);
        return picked.isPresent() ? Optional.of(picked.get().acquire(client)) : Optional.empty();
    }

    /// How long the next attempt may take. That leaves time for another; where none could follow a
    /// timeout, the attempt may have all the time there is. That is so for a stream too: by then some
    /// of it was read.
    private Duration attemptTimeout() {
        Duration left = timeLeft();
        boolean last = tries.size() + 1 >= context.forward().attempts();
        boolean another = repeatable && !copyable() && !streamed() && !last;
        Duration usual = context.forward().attemptTimeout();
        return another && usual.compareTo(left) < 0 ? usual : left;
    }

    /// Notes what came of an attempt. One that was overtaken counts as nothing.
    void ended(Try one, AttemptResult result) {
        if (one.end != null) {
            one.drop(result);
            return;
        }
        Duration took = Duration.ofNanos(now() - one.startedAt);
        // where the deadline is no longer than an attempt may be, what is left of it is a little less
        boolean enough =
                one.timeout.toNanos() >= context.forward().attemptTimeout().toNanos() / 10 * 9;
        one.permit.ended(result, took, enough, !streamed());
        if (!(result instanceof AttemptResult.Responded)) {
            one.permit.close();
        }
        end(one, new Attempt(one.endpoint(), result, took, false));
        if (isFinal(result)) {
            dropHeld();
            held = one;
            overtakeOthers();
        } else if (result instanceof AttemptResult.Responded || !holdsAnswer()) {
            dropHeld();
            held = one;
        }
    }

    private void end(Try one, Attempt attempt) {
        one.end = attempt;
        running--;
        context.listener().attempted(context.route(), attempt);
    }

    private static boolean isFinal(AttemptResult result) {
        return switch (result) {
            case AttemptResult.Responded(var response) ->
                switch (response.status()) {
                    case 500, 502, 503, 504 -> false;
                    default -> true;
                };
            case AttemptResult.ClientFault ignored -> true;
            case AttemptResult.Unsendable ignored -> true;
            case AttemptResult.NotSent ignored -> false;
            case AttemptResult.MaybeSent ignored -> false;
            case AttemptResult.TimedOut ignored -> false;
        };
    }

    private boolean holdsAnswer() {
        return held != null && held.end != null && held.end.result() instanceof AttemptResult.Responded;
    }

    private void dropHeld() {
        if (held != null && held.end != null) {
            held.drop(held.end.result());
        }
        held = null;
    }

    private void overtakeOthers() {
        over = true;
        for (Try one : tries) {
            if (one.end == null) {
                var result = new AttemptResult.ClientFault(new IOException("overtaken"));
                end(one, new Attempt(one.endpoint(), result, Duration.ofNanos(now() - one.startedAt), true));
                one.cancellation.cancel();
            }
        }
    }

    /// Decides whether another attempt follows, and takes it off the retry budget. To be asked once
    /// after each round. An answer that is not passed on is given up.
    ///
    /// @return how long to wait before it; empty where this was the last
    Optional<Duration> next() {
        if (over || held == null || held.end == null) {
            return Optional.empty();
        }
        AttemptResult result = held.end.result();
        var situation = new RetryPolicy.Situation(
                repeatable,
                request.body().replayable(),
                context.upstream().hasUntried(tried),
                tries.size(),
                context.forward().attempts(),
                timeLeft());
        Optional<Duration> next = context.policy().decide(result, situation);
        if (next.isEmpty()) {
            return next;
        }
        if (!(result instanceof AttemptResult.NotSent) && !context.budget().withdraw()) {
            context.listener().budgetExhausted(context.route());
            return Optional.empty();
        }
        context.listener().retried(context.route());
        dropHeld();
        return next;
    }

    /// Gives up everything, and cancels what still runs.
    void abandon() {
        dropHeld();
        overtakeOthers();
    }

    /// Those that were made, in the order in which they began.
    private List<Attempt> made() {
        List<Attempt> made = new ArrayList<>(tries.size());
        for (Try one : tries) {
            if (one.end != null) {
                made.add(one.end);
            }
        }
        return made;
    }

    /// What came of it all.
    ProxyResult result() {
        List<Attempt> made = made();
        if (held == null || held.end == null) {
            return new ProxyResult.NoInstances(context.upstream().watch().answered(), made);
        }
        return switch (held.end.result()) {
            case AttemptResult.Responded(var response) -> new ProxyResult.Answered(response, held.permit, made);
            case AttemptResult.NotSent ignored -> failed(held.end, made);
            case AttemptResult.MaybeSent ignored -> failed(held.end, made);
            case AttemptResult.TimedOut ignored -> new ProxyResult.DeadlineExceeded(made);
            case AttemptResult.ClientFault(var cause) -> new ProxyResult.ClientFault(cause, made);
            case AttemptResult.Unsendable(var reason) -> new ProxyResult.Unsendable(reason, made);
        };
    }

    private ProxyResult failed(Attempt decided, List<Attempt> made) {
        return timeLeft().isPositive()
                ? new ProxyResult.UpstreamFailed(decided, made)
                : new ProxyResult.DeadlineExceeded(made);
    }

    /// Without the time in which the client was waited for.
    private Duration timeLeft() {
        long waited = request.body() instanceof Body.Streamed streamed ? streamed.waitedNanos() : 0;
        return Duration.ofNanos(deadline + waited - now());
    }
}
