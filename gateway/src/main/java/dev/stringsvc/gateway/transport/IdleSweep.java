package dev.stringsvc.gateway.transport;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import okhttp3.ConnectionPool;
import okhttp3.internal.concurrent.TaskRunner;
import okhttp3.internal.connection.ConnectionListener;

/// Has OkHttp's pools look once a second for connections that have been idle for too long. By itself OkHttp looks after
/// each answer, and wakes a thread for it: docs/benchmarks.md says what that costs. By interfaces that OkHttp keeps for
/// itself, there being no others. Thread-safe.
final class IdleSweep implements TaskRunner.Backend {
    private static final long PERIOD_MILLIS = 1_000;

    private final TaskRunner runner = new TaskRunner(this, Logger.getLogger(TaskRunner.class.getName()));

    /// A pool that keeps no more than so many idle connections, and none of them longer.
    ConnectionPool pool(int idleConnections, Duration keepAlive) {
        return new ConnectionPool(
                idleConnections,
                keepAlive.toNanos(),
                TimeUnit.NANOSECONDS,
                runner,
                ConnectionListener.Companion.getNONE());
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void coordinatorNotify(TaskRunner taskRunner) {
        // the one that waits looks soon enough
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // the caller has the loop, and the monitor
    public void coordinatorWait(TaskRunner taskRunner, long nanos) {
        try {
            taskRunner.wait(Math.clamp(TimeUnit.NANOSECONDS.toMillis(nanos), 1, PERIOD_MILLIS));
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    @Override
    public <T> BlockingQueue<T> decorate(BlockingQueue<T> queue) {
        return queue;
    }

    @Override
    public void execute(TaskRunner taskRunner, Runnable runnable) {
        Thread.ofPlatform().name("idle-sweep").daemon().start(runnable);
    }
}
