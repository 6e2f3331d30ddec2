package dev.stringsvc.gateway;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// Collects stack traces logged by anything in this process: nothing that a client or an instance does
/// should cause one.
final class LoggedFailures extends Handler {
    private static final Logger ROOT = LogManager.getLogManager().getLogger("");

    private final Queue<String> seen = new ConcurrentLinkedQueue<>();

    static LoggedFailures watch() {
        var failures = new LoggedFailures();
        ROOT.addHandler(failures);
        return failures;
    }

    List<String> seen() {
        return List.copyOf(seen);
    }

    @Override
    public void publish(LogRecord entry) {
        boolean ofTest = String.valueOf(entry.getLoggerName()).startsWith("io.grpc."); // its servers and clients
        if (!ofTest && entry.getThrown() != null && entry.getLevel().intValue() >= Level.WARNING.intValue()) {
            seen.add(entry.getMessage() + ": " + entry.getThrown());
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        ROOT.removeHandler(this);
    }
}
