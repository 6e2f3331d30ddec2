package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.Watchdog;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Makes the attempts that [Attempts] decides on. The first of a round runs on the calling thread; each
/// copy beside it has a virtual thread, which begins only when an attempt's usual time has passed.
/// Thread-safe.
final class Race {
    private static final System.Logger LOG = System.getLogger(Race.class.getName());
    /// One for all requests: a daemon thread that sleeps while nothing is watched.
    private static final Watchdog WATCHDOG = Watchdog.start();

    private final Attempts attempts;
    private final Duration usual;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    Race(Attempts attempts, Duration usual) {
        this.attempts = attempts;
        this.usual = usual;
    }

    /// Makes one attempt, with hedges beside it if it takes long, until one has won or all have ended.
    void round() {
        Optional<Try> first = begin();
        if (first.isEmpty()) {
            return;
        }
        if (!attempts.copyable()) {
            run(first.get());
            return;
        }
        var timer = new Timer();
        timer.set();
        try {
            run(first.get());
            awaitOthers();
        } finally {
            timer.stop();
        }
    }

    private Optional<Try> begin() {
        lock.lock();
        try {
            return attempts.begin();
        } finally {
            lock.unlock();
        }
    }

    private void run(Try one) {
        AttemptResult result;
        try {
            result = one.endpoint().transport().execute(one.request(), one.timeout());
        } catch (RuntimeException | Error e) {
            ended(one, new AttemptResult.NotSent(new IOException(e), false));
            throw e;
        }
        ended(one, result);
    }

    private void ended(Try one, AttemptResult result) {
        lock.lock();
        try {
            attempts.ended(one, result);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitOthers() {
        lock.lock();
        try {
            while (!attempts.roundOver()) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Cancels the running attempts and releases what they hold.
    void abandon() {
        lock.lock();
        try {
            attempts.abandon();
        } finally {
            lock.unlock();
        }
    }

    /// Fires each time that an attempt's usual time has passed, until the round is over.
    private final class Timer {
        private Watchdog.@Nullable Watch watch;
        private boolean stopped;

        void set() {
            lock.lock();
            try {
                watch = WATCHDOG.watch(usual, () -> false, this::rings);
            } finally {
                lock.unlock();
            }
        }

        private void rings() {
            Thread.startVirtualThread(this::hedge);
        }

        private void hedge() {
            Optional<Try> copy;
            lock.lock();
            try {
                if (stopped || attempts.roundOver()) {
                    return;
                }
                copy = attempts.hedge();
                watch = WATCHDOG.watch(usual, () -> false, this::rings);
            } finally {
                lock.unlock();
            }
            copy.ifPresent(this::runBeside);
        }

        private void runBeside(Try copy) {
            try {
                run(copy);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "a copy of a request failed within the gateway", e);
            }
        }

        void stop() {
            lock.lock();
            try {
                stopped = true;
                if (watch != null) {
                    watch.cancel();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
