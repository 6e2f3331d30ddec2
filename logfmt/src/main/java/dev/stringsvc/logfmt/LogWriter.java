package dev.stringsvc.logfmt;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Writes lines to a stream from one thread of its own, in batches, so that a caller never waits for the stream.
///
/// A caller adds its line to a queue without a lock. While lines come, the thread collects them for [#BATCH_NANOS]
/// and writes them at once; when none come it sleeps until the next. The queue is bounded: a reader of the stream
/// that does not keep up costs lines, never requests, and the first line that fits again says how many
/// (`msg="log lines dropped" dropped=N`). Thread-safe.
public final class LogWriter implements AutoCloseable {
    private static final int CAPACITY = 65_536;
    private static final long BATCH_NANOS = 5_000_000;
    private static final int BATCH_BYTES = 65_536;

    private final OutputStream out;
    private final int capacity;
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final AtomicLong queued = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean failing;

    private LogWriter(OutputStream out, int capacity) {
        this.out = out;
        this.capacity = capacity;
        this.thread = VitalThread.platform("log-writer", () -> closed, this::run);
    }

    /// A writer to the process's standard output, with room for 65,536 lines that wait.
    public static LogWriter stdout() {
        return to(new FileOutputStream(FileDescriptor.out), CAPACITY);
    }

    /// A writer to `out`, with room for `capacity` lines that wait. It flushes `out` and never closes it.
    public static LogWriter to(OutputStream out, int capacity) {
        var writer = new LogWriter(out, capacity);
        writer.thread.start();
        return writer;
    }

    /// Hands over one line, without its end. Never waits; where there is no room the line is counted and dropped.
    public void write(String line) {
        if (queued.incrementAndGet() > capacity) {
            queued.decrementAndGet();
            dropped.incrementAndGet();
            return;
        }
        lines.add(line);
        if (asleep.get() && asleep.compareAndSet(true, false)) {
            LockSupport.unpark(thread);
        }
    }

    /// Writes what is queued and stops the thread. Lines handed over afterwards are lost.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Writes what is queued and this line, even if there is no room for it, and stops the thread.
    ///
    /// @return false if the line was not written, or not in two seconds
    boolean writeLast(String line) {
        if (thread.equals(Thread.currentThread())) {
            return false;
        }
        lines.add(line);
        close();
        return !thread.isAlive() && !failing && lines.isEmpty();
    }

    private void run() {
        var batch = new ByteArrayOutputStream(2 * BATCH_BYTES);
        while (true) {
            boolean last = closed;
            if (drain(batch)) {
                if (!last) {
                    LockSupport.parkNanos(BATCH_NANOS);
                }
            } else if (last) {
                return;
            } else {
                sleep();
            }
        }
    }

    private void sleep() {
        asleep.set(true);
        if (lines.isEmpty() && !closed) {
            LockSupport.park(this);
        }
        asleep.set(false);
    }

    private boolean drain(ByteArrayOutputStream batch) {
        boolean any = false;
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
            add("level=warn msg=\"log lines dropped\" dropped=" + lost, batch);
            any = true;
        }
        for (@Nullable String line; (line = lines.poll()) != null; ) {
            queued.decrementAndGet();
            any = true;
            add(line, batch);
            if (batch.size() >= BATCH_BYTES) {
                flush(batch);
            }
        }
        flush(batch);
        return any;
    }

    private static void add(String line, ByteArrayOutputStream batch) {
        batch.writeBytes(line.getBytes(StandardCharsets.UTF_8));
        batch.write('\n');
    }

    private void flush(ByteArrayOutputStream batch) {
        if (batch.size() == 0) {
            return;
        }
        try {
            batch.writeTo(out);
            out.flush();
            failing = false;
        } catch (IOException e) {
            failing = true;
            // Standard output is gone (a closed pipe): there is nobody left to tell, and serving goes on.
        }
        batch.reset();
    }
}
