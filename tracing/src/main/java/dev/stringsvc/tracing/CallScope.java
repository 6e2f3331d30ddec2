package dev.stringsvc.tracing;

import dev.stringsvc.program.CallIds;
import java.util.Optional;

/// Says to the code below which call it works on, and gives the thread's log lines the call's ids.
public record CallScope(CallTrace trace, CallIds ids) {
    private static final ScopedValue<CallTrace> CURRENT = ScopedValue.newInstance();

    public CallScope(CallTrace trace, Optional<String> requestId) {
        this(trace, new CallIds(requestId, trace.id()));
    }

    /// The trace of the call that this thread works on.
    public static CallTrace current() {
        return CURRENT.orElse(CallTrace.NONE);
    }

    /// Works on the call.
    public void run(Runnable work) {
        ScopedValue.where(CURRENT, trace).run(() -> ids.run(work));
    }

    /// Works on the call, and returns what the work returns.
    public <R, X extends Throwable> R call(ScopedValue.CallableOp<? extends R, X> work) throws X {
        return ScopedValue.where(CURRENT, trace).call(() -> ids.call(work));
    }
}
