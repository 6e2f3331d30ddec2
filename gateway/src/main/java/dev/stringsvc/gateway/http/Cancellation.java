package dev.stringsvc.gateway.http;

import org.jspecify.annotations.Nullable;

/// Lets one thread cancel an attempt that another thread makes. The attempt then ends with
/// [AttemptResult.ClientFault], which does not count as a failure of the instance. Thread-safe.
public final class Cancellation {
    private volatile boolean cancelled;
    private volatile @Nullable Runnable end;

    /// Cancels the running attempt, and every later one.
    public void cancel() {
        cancelled = true;
        @Nullable Runnable attempt = end;
        if (attempt != null) {
            attempt.run();
        }
    }

    public boolean cancelled() {
        return cancelled;
    }

    /// Sets what [#cancel] runs, on its caller's thread. Runs it at once if this was cancelled before.
    ///
    /// @param attempt ends the attempt; must not block, and may run more than once
    public void onCancel(Runnable attempt) {
        end = attempt;
        if (cancelled) {
            attempt.run();
        }
    }
}
