package dev.stringsvc.gateway.transport;

import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.VitalThread;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Ends what takes too long, and what nobody waits for any more. One thread looks at everything in
/// flight each ten milliseconds, so a request costs no timer, no lock and no wake-up; an expiry is late
/// by that much at the most. Thread-safe.
public final class Watchdog implements AutoCloseable {
    private static final long TICK_NANOS = Duration.ofMillis(10).toNanos();
    /// How often it is asked whether anybody still waits. What is over sooner costs no question.
    private static final long ASK_NANOS = Duration.ofMillis(100).toNanos();

    private static final System.Logger LOG = System.getLogger(Watchdog.class.getName());
    private static final int IDLE_TICKS = 100;

    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private volatile boolean closed;
    private final Thread thread = VitalThread.platform("watchdog", () -> closed, this::run);

    public static Watchdog start() {
        var watchdog = new Watchdog();
        watchdog.thread.start();
        return watchdog;
    }

    private Watchdog() {}

    /// Calls `end` once, on the watchdog's thread, when `timeout` passes before the watch is cancelled,
    /// or nobody waits any more.
    ///
    /// @param abandoned whether nobody waits any more; asked on the watchdog's thread, and must not
    /// block
    public Watch watch(Duration timeout, BooleanSupplier abandoned, Runnable end) {
        var watch = new Watch(abandoned, end);
        watch.expireAfter(timeout);
        watches.add(watch);
        if (closed) {
            watch.expire();
        }
        if (asleep.get() && asleep.compareAndSet(true, false)) {
            LockSupport.unpark(thread);
        }
        return watch;
    }

    /// Ends everything that is still watched, paused or not, and whatever is to be watched from now on.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        int idle = 0;
        while (!closed) {
            idle = watches.isEmpty() ? idle + 1 : 0;
            long now = System.nanoTime();
            for (Watch watch : watches) {
                check(watch, now);
            }
            if (idle < IDLE_TICKS) {
                LockSupport.parkNanos(TICK_NANOS);
            } else {
                asleep.set(true);
                if (watches.isEmpty() && !closed) {
                    LockSupport.park(this);
                }
                asleep.set(false);
                idle = 0;
            }
        }
        watches.forEach(Watch::expire);
    }

    /// Without this thread no deadline holds: what one watch throws does not end it, except for what
    /// ends the process.
    private static void check(Watch watch, long now) {
        try {
            watch.check(now);
        } catch (Error e) {
            FailStop.check("looking at what is in flight failed", e);
            LOG.log(System.Logger.Level.ERROR, "looking at what is in flight failed", e);
        }
    }

    /// One thing that is watched.
    public final class Watch {
        private final BooleanSupplier abandonment;
        private final Runnable end;
        private long askAt = System.nanoTime() + ASK_NANOS;
        private volatile long expiresAt;
        private volatile boolean paused;
        private volatile boolean expired;
        private volatile boolean abandoned;

        private Watch(BooleanSupplier abandonment, Runnable end) {
            this.abandonment = abandonment;
            this.end = end;
        }

        /// Starts the time anew.
        public void expireAfter(Duration timeout) {
            expiresAt = System.nanoTime() + timeout.toNanos();
            paused = false;
        }

        /// Stops the time until it is started anew.
        public void pause() {
            paused = true;
        }

        public boolean expired() {
            return expired;
        }

        public boolean abandoned() {
            return abandoned;
        }

        public void cancel() {
            watches.remove(this);
        }

        private void check(long now) {
            if (!paused && now - expiresAt >= 0) {
                expire();
            } else if (now - askAt >= 0) {
                askAt = now + ASK_NANOS;
                if (nobodyWaits()) {
                    abandoned = true;
                    end();
                }
            }
        }

        private boolean nobodyWaits() {
            try {
                return abandonment.getAsBoolean();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "asking whether anybody waits failed", e);
                return false;
            }
        }

        private void expire() {
            expired = true;
            end();
        }

        private void end() {
            cancel();
            try {
                end.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "ending what took too long failed", e);
            }
        }
    }
}
