package dev.stringsvc.program;

import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/// Writes the records of `java.util.logging` as lines of the log: `ts=… level=info logger=ConsulInstancer
/// msg="watching again"`. `err` and `at` are added for an exception, and [CallIds] while a thread works on
/// a call. SLF4J's records arrive here too.
///
/// Thread-safe.
public final class LogHandler extends Handler {
    private static final Formatter MESSAGES = new SimpleFormatter();

    private final LogWriter writer;

    private LogHandler(LogWriter writer) {
        this.writer = writer;
    }

    /// Makes `writer` the only output of this process's log. Records of the package `own` are written
    /// from `level` up, those of libraries from warning up.
    public static void install(LogWriter writer, String own, Level level) {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.setLevel(Level.WARNING);
        root.addHandler(new LogHandler(writer));
        OwnLogger.setLevel(own, level);
    }

    @Override
    public void publish(LogRecord record) {
        if (!isLoggable(record)) {
            return;
        }
        var line = writer.line(record.getInstant())
                .field("level", level(record.getLevel()))
                .field("logger", shortName(record.getLoggerName()))
                .field("msg", MESSAGES.formatMessage(record));
        @Nullable Throwable thrown = record.getThrown();
        if (thrown != null) {
            line.field("err", thrown);
            StackTraceElement[] trace = thrown.getStackTrace();
            if (trace.length > 0) {
                line.field("at", trace[0]);
            }
        }
        CallIds.current().addTo(line);
        writer.write(line.toString());
    }

    private static String level(Level level) {
        return switch (level.getName()) {
            case "WARNING" -> "warn";
            case "SEVERE" -> "error";
            default -> level.getName().toLowerCase(Locale.ROOT);
        };
    }

    private static @Nullable String shortName(@Nullable String name) {
        return name == null ? null : name.substring(name.lastIndexOf('.') + 1);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    /// Keeps a reference to the logger whose level was set. Otherwise it would be garbage-collected,
    /// and its level lost.
    private static final class OwnLogger {
        private static @Nullable Logger logger;

        static synchronized void setLevel(String name, Level level) {
            logger = Logger.getLogger(name);
            logger.setLevel(level);
        }
    }
}
