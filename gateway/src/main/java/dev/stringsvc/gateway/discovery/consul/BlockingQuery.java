package dev.stringsvc.gateway.discovery.consul;

import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.VitalThread;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks Consul one thing again and again, on a virtual thread of its own.
///
/// The index of an answer goes into the next query, which Consul then holds until it has something newer. An
/// index that fell (Consul was restored or restarted) or is 0 is not waited for: Consul is asked each second or
/// two until its index stands. A failure begins anew too: a query with an index from before would be held although
/// there is news. Whatever Consul does, [Pace] keeps the queries apart.
///
/// What a server says that knows no leader may be old: it is a failure, and what is known stands. Only where no server
/// with a leader has answered yet it is better than nothing, as far as it says anything.
///
/// @param <T> what is asked for
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
    /// What is known, of which leader or none; used by the thread.
    private boolean led;
    private @Nullable T unled;

    /// One query.
    @FunctionalInterface
    interface Question<T> {
        /// @param index the answer's before; 0 asks for an answer at once
        ConsulClient.Answer<T> ask(long index) throws QueryFailedException;
    }

    /// Hears of each query, on one thread. What it throws is logged and does not end the loop.
    interface Listener<T> {
        void answered(T found, long index);

        void failed(String reason);
    }

    /// @param name of what is asked for, in the log
    /// @param nothing whether an answer says nothing
    BlockingQuery(String name, Question<T> question, Predicate<T> nothing, Pace pace) {
        this.name = name;
        this.question = question;
        this.nothing = nothing;
        this.pace = pace;
    }

    /// Begins to ask. To be called once.
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
            pace.beforeQuery();
            try {
                ConsulClient.Answer<T> answer = question.ask(index);
                if (!answer.led()) {
                    takeAtNeed(listener, answer);
                    throw new QueryFailedException("Consul knows no leader, what it lists may be old");
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

    private void takeAtNeed(Listener<T> listener, ConsulClient.Answer<T> answer) {
        T found = answer.found();
        if (!led && !nothing.test(found) && !found.equals(unled)) {
            unled = found;
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

    /// Interrupting a virtual thread closes the socket it waits on: the query in flight ends at once. Waits for a
    /// listener that is being called; none is called afterwards.
    @Override
    @SuppressWarnings("LockNotBeforeTry") // to have waited for it is all
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
