package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.Caller;
import dev.stringsvc.gateway.http.ClientAddress;
import dev.stringsvc.gateway.http.GrpcCall;
import dev.stringsvc.gateway.http.HeaderFields;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One request's attempts so far, and every decision about the next: which endpoint, which timeout,
/// which delay, and which attempt wins. It neither sends nor waits, so that a simulation can drive it.
/// Not thread-safe: [Race] guards it by a lock.
final class Attempts {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    private final RouteContext context;
    private final UpstreamRequest request;
    private final RequestTrace trace;
    private final int client;
    private final Balancers balancers;
    private final boolean repeatable;
    private final RequestTime time;
    /// `null` if the request is not a gRPC call.
    private final @Nullable GrpcCall call;
    /// In the order in which they began.
    private final List<Try> tries = new ArrayList<>(1);
    private final List<Endpoint> tried = new ArrayList<>(1);
    private int running;
    private boolean over;
    private @Nullable Try round;
    /// The failure that the client is told of, unless a later attempt ends better.
    private @Nullable Try held;

    /// @param balancers picks an endpoint for each attempt of this request
    /// @param trace is told of each attempt
    Attempts(RouteContext context, Balancers balancers, UpstreamRequest request, RequestTrace trace) {
        this.context = context;
        this.balancers = balancers;
        this.request = request;
        this.trace = trace;
        this.client = request.client() == null ? ClientTag.UNKNOWN : ClientTag.of(ClientAddress.bits(request.client()));
        this.repeatable = isRepeatable(context.forward(), request);
        this.call = GrpcCall.of(request.headers());
        this.time = new RequestTime(context, request.body(), call == null ? null : call.timeout());
        context.budget().deposit();
        context.hedges().deposit();
    }

    static boolean isRepeatable(Action.Forward forward, UpstreamRequest request) {
        if (forward.idempotent() || IDEMPOTENT.contains(request.method())) {
            return true;
        }
        @Nullable String key = forward.idempotencyKey() ? request.headers().first(IDEMPOTENCY_KEY) : null;
        return key != null && !key.isBlank();
    }

    /// True if a copy of the request may run at the same time. Not every repeatable request may: of two
    /// DELETEs, or of two POSTs with one idempotency key, one may be answered with 404 or 409, and the
    /// client could get that answer. A copy of a WebSocket handshake would open a session that nobody
    /// uses.
    boolean copyable() {
        return !streamed()
                && !request.upgrade()
                && (context.forward().idempotent() || SAFE.contains(request.method()))
                && call == null;
    }

    private boolean streamed() {
        return request.body() instanceof Body.Streamed;
    }

    private long now() {
        return context.nanoClock().getAsLong();
    }

    /// A permit to send a copy of the request to an ejected endpoint. The client does not wait for its
    /// answer.
    Optional<Endpoint.Permit> probe() {
        return copyable() ? context.upstream().probe(client) : Optional.empty();
    }

    /// Begins the first attempt, or the next one when none is running. Empty if no endpoint is
    /// available. [#ended] must be called for each attempt that was begun.
    Optional<Try> begin() {
        Optional<Endpoint.Permit> permit = choose();
        round = permit.map(one -> begin(one, toSend(), attemptTimeout(), false)).orElse(null);
        return Optional.ofNullable(round);
    }

    private UpstreamRequest toSend() {
        if (call == null) {
            return request;
        }
        UpstreamRequest next = request.withHeaders(call.attempt(request.headers(), tries.size(), time.leftOfCall()));
        boolean another = repeatable && tries.size() + 1 < context.forward().attempts();
        return another ? next.holdingHead() : next;
    }

    private Try begin(Endpoint.Permit permit, UpstreamRequest toSend, Duration timeout, boolean hedge) {
        AttemptTrace traced =
                trace.attempt(toSend, new AttemptTrace.Start(context.route(), permit.endpoint(), tries.size(), hedge));
        HeaderFields head = traced.head(toSend.headers());
        UpstreamRequest sent = head == toSend.headers() ? toSend : toSend.withHeaders(head);
        var next = new Try(permit, sent, traced, new Try.Limits(timeout, now()));
        tries.add(next);
        tried.add(permit.endpoint());
        running++;
        return next;
    }

    /// Must be called each time that an attempt's usual time has passed and the round is not over.
    /// Notes which endpoints have been silent for too long, and may begin a hedge on another endpoint.
    Optional<Try> hedge() {
        if (roundOver()) {
            return Optional.empty();
        }
        tries.forEach(this::noteSilence);
        if (tries.size() >= context.forward().attempts() || !time.left().isPositive()) {
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
                .map(endpoint -> begin(endpoint.acquire(client), request.askedBy(deaf), time.left(), true));
        copy.ifPresent(one -> context.listener().hedged(context.route()));
        return copy;
    }

    private void noteSilence(Try one) {
        Duration silent = Duration.ofNanos(now() - one.startedAt());
        if (one.end() == null && silent.compareTo(context.forward().attemptTimeout()) >= 0) {
            one.permit().silent(silent);
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

    /// True if this attempt began the current round.
    boolean began(Try first) {
        return first == round;
    }

    /// True if one attempt has won or none is running.
    boolean roundOver() {
        return over || running == 0;
    }

    /// A request that cannot be copied is itself sent as the probe if the ejected endpoint has not been
    /// probed for long.
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

    /// The timeout of the next attempt. It leaves time for another attempt; where none could follow, it
    /// is all the time that is left. That is also the case for a streamed body, part of which would
    /// already be read by then.
    private Duration attemptTimeout() {
        Duration left = time.left();
        boolean last = tries.size() + 1 >= context.forward().attempts();
        boolean another = repeatable && !copyable() && !streamed() && !last;
        Duration usual = context.forward().attemptTimeout();
        return another && usual.compareTo(left) < 0 ? usual : left;
    }

    /// Records the result of an attempt. An attempt that was overtaken is not recorded as a failure.
    void ended(Try one, AttemptResult result) {
        if (one.end() != null) {
            one.drop(result);
            return;
        }
        Duration took = Duration.ofNanos(now() - one.startedAt());
        // if the deadline equals the attempt timeout, the time left is already a little shorter
        boolean enough =
                one.timeout().toNanos() >= context.forward().attemptTimeout().toNanos() / 10 * 9;
        judge(one, result, took, enough);
        if (!(result instanceof AttemptResult.Responded)) {
            one.permit().close();
        }
        end(one, new Attempt(one.endpoint(), result, one.startedAt(), took, false));
        if (isFinal(result)) {
            dropHeld();
            held = one;
            overtakeOthers();
        } else if (result instanceof AttemptResult.Responded || !holdsAnswer()) {
            dropHeld();
            held = one;
        }
    }

    private void judge(Try one, AttemptResult result, Duration took, boolean enough) {
        boolean before = trace.isRecording() && isEjected(one);
        one.permit().ended(result, took, enough, !streamed());
        if (trace.isRecording() && !before && isEjected(one)) {
            trace.ejected(one.endpoint());
        }
    }

    private static boolean isEjected(Try one) {
        return one.endpoint().state() == Endpoint.State.EJECTED;
    }

    private void end(Try one, Attempt attempt) {
        one.end(attempt);
        running--;
        context.listener().attempted(context.route(), attempt);
    }

    private static boolean isFinal(AttemptResult result) {
        return switch (result) {
            case AttemptResult.Responded answered -> answered.status() != 500 && !RetryPolicy.isUnserved(answered);
            case AttemptResult.ClientFault ignored -> true;
            case AttemptResult.Unsendable ignored -> true;
            case AttemptResult.NotSent ignored -> false;
            case AttemptResult.MaybeSent ignored -> false;
            case AttemptResult.TimedOut ignored -> false;
        };
    }

    private boolean holdsAnswer() {
        return held != null && held.end() != null && held.end().result() instanceof AttemptResult.Responded;
    }

    private void dropHeld() {
        if (held != null && held.end() != null) {
            held.drop(held.end().result());
        }
        held = null;
    }

    private void overtakeOthers() {
        over = true;
        for (Try one : tries) {
            if (one.end() == null) {
                var result = new AttemptResult.ClientFault(new IOException("overtaken"));
                Duration took = Duration.ofNanos(now() - one.startedAt());
                end(one, new Attempt(one.endpoint(), result, one.startedAt(), took, true));
                one.cancel();
            }
        }
    }

    /// Decides if another attempt follows, and withdraws it from the retry budget. Must be called once
    /// after each round. An answer that is not passed on is closed.
    ///
    /// @return the delay before the next attempt; empty if there is none
    Optional<Duration> next() {
        if (over || held == null || held.end() == null) {
            return Optional.empty();
        }
        AttemptResult result = held.end().result();
        var situation = new RetryPolicy.Situation(
                repeatable,
                request.body().replayable(),
                context.upstream().hasUntried(tried),
                tries.size(),
                context.forward().attempts(),
                time.left());
        Optional<Duration> next = context.policy().decide(result, situation);
        if (next.isEmpty()) {
            return next;
        }
        if (!(result instanceof AttemptResult.NotSent) && !context.budget().withdraw()) {
            context.listener().budgetExhausted(context.route());
            return Optional.empty();
        }
        context.listener().retried(context.route());
        trace.waits(next.get());
        dropHeld();
        return next;
    }

    /// Closes what is held and cancels the running attempts.
    void abandon() {
        dropHeld();
        overtakeOthers();
    }

    /// The attempts that were made, in the order in which they began.
    private List<Attempt> made() {
        List<Attempt> made = new ArrayList<>(tries.size());
        for (Try one : tries) {
            if (one.end() != null) {
                made.add(one.end());
            }
        }
        return made;
    }

    /// The result of the request.
    ProxyResult result() {
        List<Attempt> made = made();
        if (held == null || held.end() == null) {
            return new ProxyResult.NoInstances(context.upstream().watch().answered(), made);
        }
        return switch (held.end().result()) {
            case AttemptResult.Responded(var response) -> {
                time.callDeadline().ifPresent(response::endBy);
                yield new ProxyResult.Answered(response, held.permit(), made);
            }
            case AttemptResult.NotSent ignored -> failed(held.end(), made);
            case AttemptResult.MaybeSent ignored -> failed(held.end(), made);
            case AttemptResult.TimedOut ignored -> new ProxyResult.DeadlineExceeded(made);
            case AttemptResult.ClientFault(var cause) -> new ProxyResult.ClientFault(cause, made);
            case AttemptResult.Unsendable(var reason) -> new ProxyResult.Unsendable(reason, made);
        };
    }

    private ProxyResult failed(Attempt decided, List<Attempt> made) {
        return time.left().isPositive()
                ? new ProxyResult.UpstreamFailed(decided, made)
                : new ProxyResult.DeadlineExceeded(made);
    }
}
