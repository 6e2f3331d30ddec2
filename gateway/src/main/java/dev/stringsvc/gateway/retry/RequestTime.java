package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.http.Body;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The time that one request has until its answer begins. Thread-safe.
final class RequestTime {
    private final LongSupplier nanoClock;
    private final Body body;
    private final long deadline;
    private final OptionalLong callDeadline;

    /// The time begins now.
    ///
    /// @param callTimeout that the client gave a gRPC call; `null` for none
    RequestTime(RouteContext context, Body body, @Nullable Duration callTimeout) {
        this.nanoClock = context.nanoClock();
        this.body = body;
        long now = nanoClock.getAsLong();
        this.deadline = now + context.forward().deadline().toNanos();
        this.callDeadline = callTimeout == null ? OptionalLong.empty() : OptionalLong.of(now + callTimeout.toNanos());
    }

    /// The time until the route's deadline, for which the time spent waiting for the client does not
    /// count, or until the deadline that the client gave the call, if that is earlier.
    Duration left() {
        long waited = body instanceof Body.Streamed streamed ? streamed.waitedNanos() : 0;
        long now = nanoClock.getAsLong();
        long left = deadline + waited - now;
        return Duration.ofNanos(callDeadline.isPresent() ? Math.min(left, callDeadline.getAsLong() - now) : left);
    }

    /// The time until the deadline that the client gave the call; `null` if it gave none.
    @Nullable
    Duration leftOfCall() {
        return callDeadline.isPresent() ? Duration.ofNanos(callDeadline.getAsLong() - nanoClock.getAsLong()) : null;
    }

    /// The deadline that the client gave the call, by the route's clock.
    OptionalLong callDeadline() {
        return callDeadline;
    }
}
