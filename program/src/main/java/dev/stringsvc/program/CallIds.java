package dev.stringsvc.program;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The ids by which log lines of one call are found in the logs of all programs. While a thread works on
/// a call, [LogHandler] adds them to its lines.
///
/// @param request the `X-Request-Id`
/// @param trace   the id of the trace
public record CallIds(Optional<String> request, Optional<String> trace) {
    /// The header field of the request id.
    public static final String HEADER = "X-Request-Id";

    private static final ScopedValue<CallIds> CURRENT = ScopedValue.newInstance();
    private static final CallIds NONE = new CallIds(Optional.empty(), Optional.empty());
    private static final int LONGEST = 128;

    /// The ids of the call that this thread works on.
    public static CallIds current() {
        return CURRENT.orElse(NONE);
    }

    /// The id, if it may be logged: short, and of visible ASCII characters only.
    public static Optional<String> loggable(@Nullable String given) {
        return Optional.ofNullable(given)
                .filter(id ->
                        !id.isEmpty() && id.length() <= LONGEST && id.chars().allMatch(c -> c > ' ' && c < 0x7f));
    }

    /// Works on the call with these ids.
    public void run(Runnable work) {
        ScopedValue.where(CURRENT, this).run(work);
    }

    /// Works on the call with these ids, and returns what the work returns.
    public <R, X extends Throwable> R call(ScopedValue.CallableOp<? extends R, X> work) throws X {
        return ScopedValue.where(CURRENT, this).call(work);
    }

    /// Ends a line with the ids.
    public void addTo(LogLine line) {
        request.ifPresent(id -> line.field("request_id", id));
        trace.ifPresent(id -> line.field("trace_id", id));
    }
}
