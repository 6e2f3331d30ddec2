package dev.stringsvc.gateway;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

/// The lines that some loggers of this process write. Thread-safe.
final class RootLog extends Handler implements AutoCloseable {
    private final Logger root = Logger.getLogger("");
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();
    private final List<String> loggers;

    /// @param loggers parts of their names
    RootLog(String... loggers) {
        this.loggers = Stream.of(loggers).toList();
        root.addHandler(this);
    }

    List<String> all() {
        return List.copyOf(seen);
    }

    /// The number of lines with this text.
    long of(String text) {
        return seen.stream().filter(line -> line.contains(text)).count();
    }

    @Override
    public void publish(LogRecord entry) {
        String name = String.valueOf(entry.getLoggerName());
        if (loggers.stream().anyMatch(name::contains)) {
            seen.add(name.substring(name.lastIndexOf('.') + 1) + ' ' + entry.getMessage());
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        root.removeHandler(this);
    }
}
