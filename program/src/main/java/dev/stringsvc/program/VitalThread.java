package dev.stringsvc.program;

import java.util.function.BooleanSupplier;

/// A thread that the process needs for as long as it runs: one that enforces deadlines, waits for
/// sockets or writes the log. When it ends by what its code throws, or returns before it was told to,
/// the process ends ([FailStop]). Without this, nobody would notice: the process would go on, and no
/// deadline would hold.
public final class VitalThread {
    private VitalThread() {}

    /// A daemon thread of the platform, not started.
    ///
    /// @param closed true once `code` may return
    public static Thread platform(String name, BooleanSupplier closed, Runnable code) {
        return Thread.ofPlatform().name(name).daemon().unstarted(() -> run(name, closed, code));
    }

    /// A virtual thread, not started.
    ///
    /// @param closed true once `code` may return
    public static Thread virtual(String name, BooleanSupplier closed, Runnable code) {
        return Thread.ofVirtual().name(name).unstarted(() -> run(name, closed, code));
    }

    /// Code for an executor that runs it again and again. The executor would keep to itself what the
    /// code throws, and never run it again.
    public static Runnable task(String name, Runnable code) {
        return () -> {
            try {
                code.run();
            } catch (Throwable e) {
                FailStop.end("thread " + name + " has failed", e);
                throw e;
            }
        };
    }

    private static void run(String name, BooleanSupplier closed, Runnable code) {
        try {
            code.run();
        } catch (Throwable e) {
            if (!closed.getAsBoolean()) {
                FailStop.end("thread " + name + " has failed", e);
            }
            throw e;
        }
        if (!closed.getAsBoolean()) {
            FailStop.end("thread " + name + " has ended", new IllegalStateException("its code returned"));
        }
    }
}
