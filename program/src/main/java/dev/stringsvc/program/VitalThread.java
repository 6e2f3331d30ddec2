package dev.stringsvc.program;

import java.util.function.BooleanSupplier;

/// Makes threads that the process cannot work without: one that enforces deadlines, waits for sockets
/// or writes the log. If such a thread throws, or returns too early, the process ends ([FailStop]).
/// Otherwise it would go on without that work, and nobody would notice.
public final class VitalThread {
    private VitalThread() {}

    /// A platform daemon thread, not started.
    ///
    /// @param closed returns true once `code` may return
    public static Thread platform(String name, BooleanSupplier closed, Runnable code) {
        return Thread.ofPlatform().name(name).daemon().unstarted(() -> run(name, closed, code));
    }

    /// A virtual thread, not started.
    ///
    /// @param closed returns true once `code` may return
    public static Thread virtual(String name, BooleanSupplier closed, Runnable code) {
        return Thread.ofVirtual().name(name).unstarted(() -> run(name, closed, code));
    }

    /// Wraps code that an executor runs repeatedly. If the code throws, the process ends; the executor
    /// alone would drop the exception and stop running the code.
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
