package dev.stringsvc.program;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Ends the process where it could only go on half alive (fail-stop): a thread that it needs has ended,
/// memory is short, or one of its classes cannot be used any more. Whatever runs the process then starts
/// it again.
///
/// Before it ends it logs one line that says why. If the log cannot be written in two seconds, the line
/// goes to standard error. Until [#install] is called, as in a test, the reason is logged and nothing
/// ends. Thread-safe.
public final class FailStop {
    /// How the process exits; the same as with `-XX:+ExitOnOutOfMemoryError`.
    public static final int EXIT_CODE = 3;

    private static final Logger LOG = Logger.getLogger(FailStop.class.getName());
    private static final long PATIENCE_MILLIS = 1_000;
    private static final int MOST_CAUSES = 16;

    private static volatile Handler handler =
            (reason, cause) -> LOG.log(Level.SEVERE, cause, () -> reason + "; the process would end now");

    private FailStop() {}

    /// What is done when the process cannot go on.
    @FunctionalInterface
    public interface Handler {
        void end(String reason, Throwable cause);
    }

    /// Ends this process from now on when it has to, with a last line in `log`. Threads that nobody
    /// looks after are covered too: an error that ends one of them, and that is fatal, ends the process;
    /// others are logged.
    public static void install(LogWriter log) {
        handler = (reason, cause) -> halt(log, reason, cause);
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            String what = "thread " + thread.getName() + " has ended";
            check(what, e);
            LOG.log(Level.SEVERE, e, () -> what);
        });
    }

    /// Replaces what is done, for a test that observes it.
    ///
    /// @return what was done before
    public static Handler use(Handler next) {
        Handler before = handler;
        handler = next;
        return before;
    }

    /// Ends the process. Does not return, unless a test observes it.
    ///
    /// @param reason a sentence without its end, which the log shows
    public static void end(String reason, Throwable cause) {
        handler.end(reason, cause);
    }

    /// Ends the process if what was thrown says that it cannot go on; else does nothing.
    ///
    /// @param reason what failed, which the log shows
    public static void check(String reason, Throwable thrown) {
        if (isFatal(thrown)) {
            end(reason, thrown);
        }
    }

    /// True if this, or a cause of it, says that the process cannot go on: the heap is full, the JVM has
    /// failed, or a class cannot be loaded or initialised, which stays so for good. False for a stack
    /// that overflowed and for memory outside the heap that was asked for in vain: these fail one
    /// request.
    public static boolean isFatal(Throwable thrown) {
        @Nullable Throwable e = thrown;
        for (int i = 0; e != null && i < MOST_CAUSES; i++, e = e.getCause()) {
            boolean fatal = switch (e) {
                case StackOverflowError ignored -> false;
                case OutOfMemoryError memory -> isOfTheProcess(memory);
                case VirtualMachineError ignored -> true;
                case LinkageError ignored -> true;
                default -> false;
            };
            if (fatal) {
                return true;
            }
        }
        return false;
    }

    /// Others are thrown for one array that is too long, or for direct buffers.
    private static boolean isOfTheProcess(OutOfMemoryError e) {
        String message = String.valueOf(e.getMessage());
        return message.startsWith("Java heap space")
                || message.startsWith("GC overhead limit")
                || message.startsWith("Metaspace")
                || message.startsWith("Compressed class space")
                || message.startsWith("unable to create native thread");
    }

    private static synchronized void halt(LogWriter log, String reason, Throwable cause) {
        try {
            String line = Logfmt.at(Instant.now())
                    .field("level", "error")
                    .field("logger", "FailStop")
                    .field("msg", reason + "; the process ends with exit code " + EXIT_CODE)
                    .stack("err", cause)
                    .toString();
            if (!log.writeLast(line)) {
                writeTo(new FileOutputStream(FileDescriptor.err), line);
            }
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }

    /// Waits for a moment only: standard error may be stuck as well.
    private static void writeTo(OutputStream err, String line) {
        Thread writer = Thread.ofPlatform().daemon().start(() -> {
            try {
                err.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                err.flush();
            } catch (IOException e) {
                // there is nowhere else to say it
            }
        });
        try {
            writer.join(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
