package dev.stringsvc.gateway.transport;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// Ends what takes too long. One thread looks at everything in flight each ten milliseconds, so a request costs no
/// timer, no lock and no wake-up; an expiry is late by that much at the most. Thread-safe.
final class Watchdog implements AutoCloseable {
    private static final long TICK_NANOS = Duration.ofMillis(10).toNanos();
    private static final System.Logger LOG = System.getLogger(Watchdog.class.getName());
    private static final int IDLE_TICKS = 100;

    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final Thread thread = Thread.ofPlatform().name("watchdog").daemon().unstarted(this::run);
    private volatile boolean closed;

    static Watchdog start() {
        var watchdog = new Watchdog();
        watchdog.thread.start();
        return watchdog;
    }

    private Watchdog() {}

    /// Calls `onExpiry` once, on the watchdog's thread, when `timeout` passes before the watch is cancelled.
    Watch watch(Duration timeout, Runnable onExpiry) {
        var watch = new Watch(onExpiry);
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
                watch.check(now);
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

    /// One thing that is watched.
    final class Watch {
        private final Runnable onExpiry;
        private volatile long expiresAt;
        private volatile boolean paused;
        private volatile boolean expired;

        private Watch(Runnable onExpiry) {
            this.onExpiry = onExpiry;
        }

        /// Starts the time anew.
        void expireAfter(Duration timeout) {
            expiresAt = System.nanoTime() + timeout.toNanos();
            paused = false;
        }

        /// Stops the time until it is started anew.
        void pause() {
            paused = true;
        }

        boolean expired() {
            return expired;
        }

        void cancel() {
            watches.remove(this);
        }

        private void check(long now) {
            if (!paused && now - expiresAt >= 0) {
                expire();
            }
        }

        private void expire() {
            expired = true;
            cancel();
            try {
                onExpiry.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "ending what took too long failed", e);
            }
        }
    }
}
