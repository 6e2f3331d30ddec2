package dev.stringsvc.gateway.discovery.consul;

import dev.stringsvc.gateway.discovery.Pace;
import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.VitalThread;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Repeats one query to Consul, on its own virtual thread.
///
/// The next query contains the index of the last answer, and Consul holds it until there is something
/// newer. If the index falls, as after a restore or restart, or is 0, the next query has no index and is
/// sent after a second or two, until the index grows again. After a failure the next query has no index
/// either: Consul could hold a query with an old index although there is news. [Pace] limits the rate of
/// queries in any case.
///
/// An answer of a server without a leader may be old, so it counts as a failure. It is used only as long
/// as no server with a leader has answered, and only if it is not empty.
///
/// @param <T> the answer
final class BlockingQuery<T> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BlockingQuery.class);

    private final String name;
    private final Question<T> question;
    private final Predicate<T> nothing;
    private final Pace pace;
    /// Held while the listener is called.
    private final ReentrantLock delivering = new ReentrantLock();

    private volatile boolean closed;
    private @Nullable Thread thread;
    /// True once a server with a leader has answered. Used by the query's thread.
    private boolean led;
    private @Nullable T withoutLeader;

    /// Sends one query.
    @FunctionalInterface
    interface Question<T> {
        /// @param index of the previous answer; 0 for an immediate answer
        ConsulClient.Answer<T> ask(long index) throws QueryFailedException;
    }

    /// Hears of each answer and failure, on one thread. What it throws is logged and does not end the
    /// loop.
    interface Listener<T> {
        void answered(T found, long index);

        void failed(String reason);
    }

    /// @param name for the log
    /// @param nothing true for an empty answer
    BlockingQuery(String name, Question<T> question, Predicate<T> nothing, Pace pace) {
        this.name = name;
        this.question = question;
        this.nothing = nothing;
        this.pace = pace;
    }

    /// Starts the queries, once.
    synchronized void start(Listener<T> listener) {
        thread = VitalThread.virtual("watch-" + name, () -> closed, () -> run(listener));
        thread.start();
    }

    private void run(Listener<T> listener) {
        try {
            loop(listener);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop(Listener<T> listener) throws InterruptedException {
        long index = 0;
        int failures = 0;
        long last = 0;
        while (!closed) {
            pace.beforeNext();
            try {
                ConsulClient.Answer<T> answer = question.ask(index);
                if (!answer.led()) {
                    useWithoutLeader(listener, answer);
                    throw new QueryFailedException("Consul has no leader, so its answer may be old");
                }
                led = true;
                boolean stands = answer.index() > 0 && answer.index() >= last;
                last = answer.index();
                index = stands ? last : 0;
                failures = 0;
                deliver(() -> listener.answered(answer.found(), answer.index()));
                if (!stands) {
                    pace.afterFailure(1);
                }
            } catch (QueryFailedException e) {
                index = 0;
                last = 0;
                failures++;
                deliver(() -> listener.failed(String.valueOf(e.getMessage())));
                pace.afterFailure(failures);
            }
        }
    }

    private void useWithoutLeader(Listener<T> listener, ConsulClient.Answer<T> answer) {
        T found = answer.found();
        if (!led && !nothing.test(found) && !found.equals(withoutLeader)) {
            withoutLeader = found;
            deliver(() -> listener.answered(found, answer.index()));
        }
    }

    private void deliver(Runnable event) {
        delivering.lock();
        try {
            if (!closed) {
                event.run();
            }
        } catch (Throwable e) {
            FailStop.check(name + ": a listener failed", e);
            LOG.error("{}: a listener failed; the watch goes on", name, e);
        } finally {
            delivering.unlock();
        }
    }

    /// Ends the query in flight, since interrupting a virtual thread closes the socket on which it
    /// waits. Waits for a call of the listener, which is not called afterwards.
    @Override
    @SuppressWarnings("LockNotBeforeTry") // only waits for the lock
    public void close() {
        closed = true;
        interrupt();
        delivering.lock();
        delivering.unlock();
    }

    private synchronized void interrupt() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
