package dev.stringsvc.gateway.transport;

import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.VitalThread;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Ends attempts whose time is over, or whose client has gone away. One thread checks all attempts in
/// flight every ten milliseconds, so an attempt needs no timer, no lock and no wake-up. Thread-safe.
public final class Watchdog implements AutoCloseable {
    /// A timeout is late by this much at most.
    private static final long TICK_NANOS = Duration.ofMillis(10).toNanos();
    /// How often an attempt is asked whether its client has gone away. Shorter attempts are never asked.
    private static final long CHECK_CLIENT_NANOS = Duration.ofMillis(100).toNanos();

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

    /// Calls `end` once, on the watchdog's thread, if `timeout` passes or the client goes away before
    /// the watch is cancelled.
    ///
    /// @param abandoned true once the client has gone away; called on the watchdog's thread, must not
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

    /// Ends all watches, paused ones too, and every later watch at once.
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

    /// Keeps the thread running whatever one watch throws, unless the process must end: without this
    /// thread no timeout would work.
    private static void check(Watch watch, long now) {
        try {
            watch.check(now);
        } catch (Error e) {
            FailStop.check("checking an attempt in flight failed", e);
            LOG.log(System.Logger.Level.ERROR, "checking an attempt in flight failed", e);
        }
    }

    /// The timeout of one attempt.
    public final class Watch {
        private final BooleanSupplier abandonment;
        private final Runnable end;
        private long askAt = System.nanoTime() + CHECK_CLIENT_NANOS;
        private volatile long expiresAt;
        private volatile boolean paused;
        private volatile boolean limited;
        private volatile long limit;
        private volatile boolean expired;
        private volatile boolean abandoned;

        private Watch(BooleanSupplier abandonment, Runnable end) {
            this.abandonment = abandonment;
            this.end = end;
        }

        /// Starts the timeout again.
        public void expireAfter(Duration timeout) {
            expiresAt = System.nanoTime() + timeout.toNanos();
            paused = false;
        }

        /// Pauses the timeout until [#expireAfter] is called.
        public void pause() {
            paused = true;
        }

        /// Sets a time at which it expires even while it is paused.
        ///
        /// @param nanoTime by [System#nanoTime]
        public void endBy(long nanoTime) {
            limit = nanoTime;
            limited = true;
        }

        /// True if the time of [#endBy] has passed.
        public boolean isOverLimit() {
            return limited && System.nanoTime() - limit >= 0;
        }

        /// Starts the timeout again unless it is paused.
        public void renew(Duration timeout) {
            if (!paused) {
                expiresAt = System.nanoTime() + timeout.toNanos();
            }
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
            if ((!paused && now - expiresAt >= 0) || (limited && now - limit >= 0)) {
                expire();
            } else if (now - askAt >= 0) {
                askAt = now + CHECK_CLIENT_NANOS;
                if (isAbandoned()) {
                    abandoned = true;
                    end();
                }
            }
        }

        private boolean isAbandoned() {
            try {
                return abandonment.getAsBoolean();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "asking whether the client has gone away failed", e);
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
                LOG.log(System.Logger.Level.WARNING, "ending an attempt failed", e);
            }
        }
    }
}
