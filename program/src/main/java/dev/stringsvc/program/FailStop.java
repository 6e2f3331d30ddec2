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

/// Ends the process if it can no longer work properly (fail-stop), so that whatever runs it restarts
/// it. That is so if a thread that it needs has ended, memory has run out, or one of its classes cannot
/// be used any more. Until [#install] is called, as in tests, the reason is only logged. Thread-safe.
public final class FailStop {
    /// The exit code; the same as with `-XX:+ExitOnOutOfMemoryError`.
    public static final int EXIT_CODE = 3;

    private static final Logger LOG = Logger.getLogger(FailStop.class.getName());
    private static final long PATIENCE_MILLIS = 1_000;
    private static final int MOST_CAUSES = 16;

    private static volatile Handler handler =
            (reason, cause) -> LOG.log(Level.SEVERE, cause, () -> reason + "; the process would end now");

    private FailStop() {}

    /// Called when the process cannot go on.
    @FunctionalInterface
    public interface Handler {
        void end(String reason, Throwable cause);
    }

    /// From now on ends this process when needed. Before the end it writes one line with the reason to
    /// `log`, or to standard error if the log cannot be written within two seconds. An error in a
    /// thread without a handler ends the process if it is fatal; otherwise it is logged.
    public static void install(LogWriter log) {
        handler = (reason, cause) -> halt(log, reason, cause);
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            String what = "thread " + thread.getName() + " has ended";
            check(what, e);
            LOG.log(Level.SEVERE, e, () -> what);
        });
    }

    /// Replaces the handler, for a test.
    ///
    /// @return the handler before
    public static Handler use(Handler next) {
        Handler before = handler;
        handler = next;
        return before;
    }

    /// Ends the process. Does not return, unless a test has replaced the handler.
    ///
    /// @param reason a clause for the log
    public static void end(String reason, Throwable cause) {
        handler.end(reason, cause);
    }

    /// Ends the process if the error is fatal; otherwise does nothing.
    ///
    /// @param reason what failed, for the log
    public static void check(String reason, Throwable thrown) {
        if (isFatal(thrown)) {
            end(reason, thrown);
        }
    }

    /// True if this error or one of its causes means that the process cannot go on: the heap is full,
    /// the JVM has failed, or a class cannot be loaded or initialised, which never recovers. False for
    /// a stack overflow and for a failed allocation outside the heap: these fail one request only.
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

    /// Other messages belong to one array that is too long, or to direct buffers.
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
            String line = log.line(Instant.now())
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

    /// Waits briefly only: standard error may block as well.
    private static void writeTo(OutputStream err, String line) {
        Thread writer = Thread.ofPlatform().daemon().start(() -> {
            try {
                err.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                err.flush();
            } catch (IOException e) {
                // there is no other place to report it
            }
        });
        try {
            writer.join(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
