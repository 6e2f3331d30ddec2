package dev.stringsvc.consul.registration;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// What the registrar logs while this is open.
final class RecordedLog extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger(Registrar.class.getName());
    private final List<String> messages = new CopyOnWriteArrayList<>();

    RecordedLog() {
        logger.addHandler(this);
    }

    List<String> messages() {
        return messages;
    }

    @Override
    public void publish(LogRecord record) {
        messages.add(record.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
