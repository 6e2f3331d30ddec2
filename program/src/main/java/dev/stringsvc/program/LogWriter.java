package dev.stringsvc.program;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes lines to a stream from its own thread, in batches, so that a caller never waits for the
/// stream. If the stream's reader is too slow or the disk is full, lines are dropped, which is said on
/// standard error and in the next line that can be written. Thread-safe.
public final class LogWriter implements AutoCloseable {
    /// In characters.
    private static final int CAPACITY =
            (int) Math.min(16 << 20, Runtime.getRuntime().maxMemory() / 32);

    private static final long RETRY_NANOS = 1_000_000_000;
    /// How long lines are collected before they are written together.
    private static final long BATCH_NANOS = 5_000_000;
    private static final int BATCH_BYTES = 65_536;

    private final OutputStream out;
    private final int capacity;
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    /// In characters.
    private final AtomicLong queued = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final LongAdder droppedEver = new LongAdder();
    private final AtomicBoolean complained = new AtomicBoolean();
    private final Consumer<String> complaints;
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final Thread thread;
    private volatile LogFormat format = LogFormat.LOGFMT;
    private volatile boolean closed;
    private volatile boolean failing;

    private LogWriter(OutputStream out, int capacity, Consumer<String> complaints) {
        this.out = out;
        this.capacity = capacity;
        this.complaints = complaints;
        this.thread = VitalThread.platform("log-writer", () -> closed, this::run);
    }

    /// A writer to standard output. Its queue may hold a 32nd of the heap, at most 16 million
    /// characters.
    public static LogWriter stdout() {
        return to(new FileOutputStream(FileDescriptor.out), CAPACITY);
    }

    /// A writer to `out`. Its queue holds at most `capacity` characters. It flushes `out` and never
    /// closes it.
    public static LogWriter to(OutputStream out, int capacity) {
        return to(out, capacity, LogWriter::complain);
    }

    /// @param complaints is told once, on any thread, that lines are lost, and why; must not block
    static LogWriter to(OutputStream out, int capacity, Consumer<String> complaints) {
        var writer = new LogWriter(out, capacity, complaints);
        writer.thread.start();
        return writer;
    }

    /// On its own thread: standard error may block as well.
    private static void complain(String why) {
        Thread.ofPlatform().daemon().name("log-complaint").start(() -> System.err.println(why));
    }

    /// Sets how [#line] and the writer's own lines are written from now on; logfmt until then.
    public void format(LogFormat chosen) {
        format = chosen;
    }

    /// A line for [#write], which begins with the instant.
    public LogLine line(Instant instant) {
        return format.at(instant);
    }

    /// The number of lines lost so far.
    public long dropped() {
        return droppedEver.sum();
    }

    /// Queues one line, given without a line end. Never waits; if the queue is full, the line is
    /// counted and dropped.
    public void write(String line) {
        if (queued.addAndGet(line.length()) > capacity) {
            queued.addAndGet(-line.length());
            lost(1, "its reader is too slow");
            return;
        }
        lines.add(line);
        if (asleep.get() && asleep.compareAndSet(true, false)) {
            LockSupport.unpark(thread);
        }
    }

    /// Writes the queued lines and stops the thread. Lines queued afterwards are lost.
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

    /// Writes the queued lines and this one, even if the queue is full, and stops the thread.
    ///
    /// @return false if the line was not written within two seconds
    boolean writeLast(String line) {
        if (thread.equals(Thread.currentThread())) {
            return false;
        }
        queued.addAndGet(line.length());
        lines.add(line);
        close();
        return !thread.isAlive() && !failing && lines.isEmpty();
    }

    private void lost(int count, String why) {
        dropped.addAndGet(count);
        droppedEver.add(count);
        if (!complained.get() && complained.compareAndSet(false, true)) {
            complaints.accept("the log cannot be written (" + why + "): lines are dropped; requests are still served");
        }
    }

    private void run() {
        var batch = new ByteArrayOutputStream(2 * BATCH_BYTES);
        while (true) {
            boolean last = closed;
            boolean any = drain(batch);
            if (last && (failing || !any)) {
                return;
            }
            if (!any) {
                sleep();
            } else if (!last) {
                LockSupport.parkNanos(failing ? RETRY_NANOS : BATCH_NANOS);
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
            add(
                    format.line()
                            .field("level", "warn")
                            .field("msg", "log lines dropped")
                            .field("dropped", lost)
                            .toString(),
                    batch);
            any = true;
        }
        int count = 0;
        for (@Nullable String line; (line = lines.poll()) != null; ) {
            queued.addAndGet(-line.length());
            any = true;
            add(line, batch);
            count++;
            if (batch.size() >= BATCH_BYTES) {
                flush(batch, count, lost);
                count = 0;
                lost = 0;
            }
        }
        flush(batch, count, lost);
        return any;
    }

    private static void add(String line, ByteArrayOutputStream batch) {
        batch.writeBytes(line.getBytes(StandardCharsets.UTF_8));
        batch.write('\n');
    }

    /// @param count the number of lines in the batch
    /// @param reported the number of lost lines that the batch reports
    private void flush(ByteArrayOutputStream batch, int count, long reported) {
        if (batch.size() == 0) {
            return;
        }
        try {
            batch.writeTo(out);
            out.flush();
            failing = false;
        } catch (IOException e) {
            failing = true;
            dropped.addAndGet(reported); // reported in a later batch
            lost(count, String.valueOf(e.getMessage()));
        }
        batch.reset();
    }
}
