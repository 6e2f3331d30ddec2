package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.Body;
import dev.stringsvc.gateway.transport.UpstreamRequest;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Turns;
import dev.stringsvc.gateway.upstream.Upstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One request's attempts so far, and every decision about the next: to whom, with how much time, whether at all and
/// after what delay. It neither sends nor waits, so that a simulation can take its place. Used by one thread.
final class Attempts {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    private final Course course;
    private final UpstreamRequest request;
    private final Turns turns;
    private final boolean repeatable;
    private final long deadline;
    private final List<Attempt> made = new ArrayList<>(1);
    private final List<Endpoint> tried = new ArrayList<>(1);
    private Endpoint.@Nullable Permit permit;
    private Duration timeout = Duration.ZERO;
    private long startedAt;
    private Duration delay = Duration.ZERO;

    /// What all requests of a route share.
    record Course(
            Route route,
            Action.Forward forward,
            Upstream upstream,
            Balance balance,
            RetryPolicy policy,
            RetryBudget budget,
            AttemptListener listener,
            LongSupplier nanoClock) {}

    Attempts(Course course, UpstreamRequest request) {
        this.course = course;
        this.request = request;
        this.turns = course.balance().turns(request);
        this.repeatable = isRepeatable(course.forward(), request);
        this.deadline = now() + course.forward().deadline().toNanos();
        course.budget().deposit();
    }

    private static boolean isRepeatable(Action.Forward forward, UpstreamRequest request) {
        if (forward.idempotent() || IDEMPOTENT.contains(request.method())) {
            return true;
        }
        @Nullable String key = forward.idempotencyKey() ? request.headers().first(IDEMPOTENCY_KEY) : null;
        return key != null && !key.isBlank();
    }

    /// Whether a copy may be under way at the same time. That asks for more than to be repeatable: of two DELETEs,
    /// or of two POSTs with one key, one may be answered with 404 or 409, and that one could be the client's. A
    /// copy of a WebSocket's handshake would open a session for nobody.
    private boolean copyable() {
        return !streamed() && !request.upgrade() && (course.forward().idempotent() || SAFE.contains(request.method()));
    }

    private boolean streamed() {
        return request.body() instanceof Body.Streamed;
    }

    private long now() {
        return course.nanoClock().getAsLong();
    }

    /// A permit to send a copy of the request to an ejected endpoint, whose answer nobody waits for.
    Optional<Endpoint.Permit> probe() {
        return copyable() ? course.upstream().probe() : Optional.empty();
    }

    /// The endpoint of the next attempt; empty when there is none. [#ended] is to follow.
    Optional<Endpoint> next() {
        permit = choose().orElse(null);
        if (permit == null) {
            return Optional.empty();
        }
        tried.add(permit.endpoint());
        timeout = attemptTimeout();
        startedAt = now();
        return Optional.of(permit.endpoint());
    }

    /// A request that cannot be copied is a probe itself, if nobody else has been one for long.
    private Optional<Endpoint.Permit> choose() {
        Upstream upstream = course.upstream();
        Optional<Endpoint.Permit> probe = !copyable() && made.isEmpty() ? upstream.overdueProbe() : Optional.empty();
        return probe.or(() -> upstream.pick(tried, turns).map(Endpoint::acquire));
    }

    /// How long the next attempt may take. That leaves time for another; where none could follow a timeout, the attempt
    /// may have all the time there is. That is so for a stream too: by then some of it was read.
    private Duration attemptTimeout() {
        Duration left = timeLeft();
        boolean last = made.size() + 1 >= course.forward().attempts();
        boolean another = repeatable && !streamed() && !last;
        Duration usual = course.forward().attemptTimeout();
        return another && usual.compareTo(left) < 0 ? usual : left;
    }

    /// As it was when the attempt began.
    Duration timeout() {
        return timeout;
    }

    /// Notes what came of the attempt.
    void ended(AttemptResult result) {
        Endpoint.@Nullable Permit last = permit;
        if (last == null) {
            throw new IllegalStateException("no attempt was begun");
        }
        Duration took = Duration.ofNanos(now() - startedAt);
        // where the deadline is no longer than an attempt may be, what is left of it is a little less
        boolean enough = timeout.toNanos() >= course.forward().attemptTimeout().toNanos() / 10 * 9;
        last.ended(result, took, enough, !streamed());
        if (!(result instanceof AttemptResult.Responded)) {
            last.close();
        }
        made.add(new Attempt(last.endpoint(), result, took));
        course.listener().attempted(course.route(), made.getLast());
    }

    /// Whether another attempt is to follow, after [#delay]. Asked once per attempt: a yes is paid for.
    boolean goOn() {
        if (permit == null) {
            return false;
        }
        AttemptResult result = made.getLast().result();
        var situation = new RetryPolicy.Situation(
                repeatable,
                request.body().replayable(),
                course.upstream().hasUntried(tried),
                made.size(),
                course.forward().attempts(),
                timeLeft());
        Optional<Duration> next = course.policy().decide(result, situation);
        if (next.isEmpty()) {
            return false;
        }
        if (!(result instanceof AttemptResult.NotSent) && !course.budget().withdraw()) {
            course.listener().budgetExhausted(course.route());
            return false;
        }
        delay = next.get();
        course.listener().retried(course.route());
        return true;
    }

    /// How long to wait before the next attempt.
    Duration delay() {
        return delay;
    }

    /// Gives up an answer that is not to be passed on, or an attempt that did not end.
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

    /// What came of it all.
    ProxyResult result() {
        if (permit == null) {
            return new ProxyResult.NoInstances(course.upstream().watch().answered(), made);
        }
        return switch (made.getLast().result()) {
            case AttemptResult.Responded(var response) -> new ProxyResult.Answered(response, permit, made);
            case AttemptResult.NotSent ignored -> failed();
            case AttemptResult.MaybeSent ignored -> failed();
            case AttemptResult.TimedOut ignored -> new ProxyResult.DeadlineExceeded(made);
            case AttemptResult.ClientFault(var cause) -> new ProxyResult.ClientFault(cause, made);
            case AttemptResult.Unsendable(var reason) -> new ProxyResult.Unsendable(reason, made);
        };
    }

    private ProxyResult failed() {
        return timeLeft().isPositive() ? new ProxyResult.UpstreamFailed(made) : new ProxyResult.DeadlineExceeded(made);
    }

    private Duration timeLeft() {
        return Duration.ofNanos(deadline - now());
    }
}
