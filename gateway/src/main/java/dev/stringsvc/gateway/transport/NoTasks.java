package dev.stringsvc.gateway.transport;

import java.util.concurrent.BlockingQueue;
import java.util.logging.Logger;
import okhttp3.internal.concurrent.TaskRunner;

/// Never does what a connection pool of OkHttp wants done later, which is to look for idle
/// connections: by itself OkHttp does that after each answer, with a lock that all pools share, and
/// wakes a thread for it. By interfaces that OkHttp keeps for itself, there being no others.
/// Thread-safe.
final class NoTasks implements TaskRunner.Backend {
    private static final Logger LOG = Logger.getLogger(TaskRunner.class.getName());

    private NoTasks() {}

    /// One for each pool: it has a lock.
    static TaskRunner runner() {
        return new TaskRunner(new NoTasks(), LOG);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void coordinatorNotify(TaskRunner taskRunner) {
        // nobody waits
    }

    @Override
    public void coordinatorWait(TaskRunner taskRunner, long nanos) {
        throw new IllegalStateException("no thread was started");
    }

    @Override
    public <T> BlockingQueue<T> decorate(BlockingQueue<T> queue) {
        return queue;
    }

    @Override
    public void execute(TaskRunner taskRunner, Runnable runnable) {
        // never
    }
}
