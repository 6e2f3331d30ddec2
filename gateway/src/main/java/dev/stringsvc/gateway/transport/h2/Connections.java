package dev.stringsvc.gateway.transport.h2;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The connections to one instance. Another one is opened when all carry as many streams as the instance
/// allows. Thread-safe.
final class Connections {
    /// The number of streams that a connection is assumed to allow before the instance's SETTINGS have
    /// arrived.
    private static final int ASSUMED_STREAMS = 100;

    /// The time between pings to an instance that has refused more: gRPC servers allow one every five
    /// minutes.
    private static final Duration FEWER_PINGS = Duration.ofMinutes(6);

    /// Opens connections.
    interface Opener {
        /// Starts to connect, on another thread, and finally completes [Connection#opened].
        void open(Connection connection);
    }

    private final Opener opener;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Connection> all = new ArrayList<>();
    private boolean closed;
    private volatile boolean wantsFewerPings;

    Connections(Opener opener) {
        this.opener = opener;
    }

    /// Reserves a stream, and waits for a new connection if necessary. [#giveBack] ends the reservation.
    ///
    /// @throws IOException if no connection can be opened, or the attempt ends first
    Connection take(Exchange exchange) throws IOException {
        while (true) {
            @Nullable Connection opening = null;
            lock.lock();
            try {
                for (Connection connection : all) {
                    if (connection.take()) {
                        return connection;
                    }
                    if (!connection.isSettled() && connection.waiting().size() < ASSUMED_STREAMS) {
                        opening = connection;
                    }
                }
                opening = opening == null ? open() : opening;
                opening.waiting().add(exchange);
            } finally {
                lock.unlock();
            }
            await(opening, exchange);
        }
    }

    private Connection open() {
        Connection[] made = new Connection[1];
        var connection = new Connection(() -> ended(made[0]));
        made[0] = connection;
        all.add(connection);
        var _ = connection.opened().whenComplete((_, failure) -> settled(connection, failure != null));
        opener.open(connection);
        return connection;
    }

    private void settled(Connection connection, boolean failed) {
        List<Exchange> waiting;
        lock.lock();
        try {
            if (failed) {
                all.remove(connection);
            }
            waiting = List.copyOf(connection.waiting());
        } finally {
            lock.unlock();
        }
        waiting.forEach(Exchange::wake);
    }

    private void await(Connection connection, Exchange exchange) throws IOException {
        try {
            exchange.await(connection::isSettled);
        } finally {
            leave(connection, exchange);
        }
        @Nullable IOException failure = connection.failure();
        if (failure != null) {
            throw failure;
        }
        if (connection.capacity() == 0) {
            throw new IOException("the instance allows no streams");
        }
    }

    private void leave(Connection connection, Exchange exchange) {
        lock.lock();
        try {
            connection.waiting().remove(exchange);
        } finally {
            lock.unlock();
        }
    }

    void giveBack(Connection connection) {
        boolean over;
        lock.lock();
        try {
            connection.giveBack();
            over = connection.streams() == 0 && (closed || !connection.isUsable());
            if (over) {
                all.remove(connection);
            }
        } finally {
            lock.unlock();
        }
        if (over) {
            connection.close();
        }
    }

    /// Removes a connection that accepts no more streams, once it carries none.
    private void ended(Connection connection) {
        wantsFewerPings |= connection.wantsFewerPings();
        closeWhere(one -> one == connection && one.streams() == 0 && one.isSettled());
    }

    /// Closes connections that have been idle for too long, and those whose instance does not answer a
    /// ping in time. Called by one thread.
    void sweep(long idleNanos, long pingNanos) {
        closeWhere(connection -> connection.isIdleFor(idleNanos));
        long between = wantsFewerPings ? Math.max(pingNanos, FEWER_PINGS.toNanos()) : pingNanos;
        for (Connection connection : matching(one -> one.streams() > 0)) {
            if (!connection.ping(between)) {
                connection.fail("ping_unanswered");
            }
        }
    }

    /// Closes idle connections now, and each other one when it becomes idle.
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        closeWhere(connection -> connection.isIdleFor(0));
    }

    boolean isOver() {
        lock.lock();
        try {
            return closed && all.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void closeWhere(Predicate<Connection> idle) {
        List<Connection> closing;
        lock.lock();
        try {
            closing = all.stream().filter(idle).toList();
            all.removeAll(closing);
        } finally {
            lock.unlock();
        }
        closing.forEach(Connection::close);
    }

    private List<Connection> matching(Predicate<Connection> which) {
        lock.lock();
        try {
            return all.stream().filter(which).toList();
        } finally {
            lock.unlock();
        }
    }
}
