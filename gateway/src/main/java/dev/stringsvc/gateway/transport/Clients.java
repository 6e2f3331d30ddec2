package dev.stringsvc.gateway.transport;

import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.internal.connection.ConnectionListener;
import okhttp3.internal.connection.RealConnectionPool;

/// OkHttp's clients for one instance: one for each request that is under way, with a pool of one
/// connection. A pool that requests share is searched connection by connection, each with a lock: of
/// a thousand virtual threads most wait for one of them, and whoever is let go of waits for a turn to
/// run besides (docs/benchmarks.md).
///
/// The one that was given back last is leased first, so that as few connections are kept as will do.
/// Where requests share a connection there is one client for all. Thread-safe.
final class Clients {
    private static final int MOST_SHARED = 256;

    private final Function<ConnectionPool, OkHttpClient> factory;
    private final Duration keepAlive;
    private final boolean sharing;
    private final ConcurrentLinkedDeque<Client> free = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    private Clients(Function<ConnectionPool, OkHttpClient> factory, Duration keepAlive, boolean sharing) {
        this.factory = factory;
        this.keepAlive = keepAlive;
        this.sharing = sharing;
    }

    /// A client for each request.
    ///
    /// @param factory makes a client with this pool; called by any thread
    /// @param keepAlive for how long a connection may be idle
    static Clients of(Function<ConnectionPool, OkHttpClient> factory, Duration keepAlive) {
        return new Clients(factory, keepAlive, false);
    }

    /// The same client for all.
    static Clients shared(Function<ConnectionPool, OkHttpClient> factory, Duration keepAlive) {
        var clients = new Clients(factory, keepAlive, true);
        clients.free.add(clients.another());
        return clients;
    }

    /// A client for one request, to be given back when its connection may carry another. One that is not given back
    /// keeps what it has open.
    Client lease() {
        Client last = sharing ? free.peekFirst() : free.pollFirst();
        return last == null ? another() : last;
    }

    /// Takes a client back, once for each lease.
    void giveBack(Client client) {
        client.usedAt = System.nanoTime();
        if (!sharing) {
            free.addFirst(client);
        }
        if (closed) {
            client.pool.evictAll();
        }
    }

    private Client another() {
        // none looks at its connections by itself: evictIdle does
        var pool = new RealConnectionPool(
                NoTasks.runner(),
                sharing ? MOST_SHARED : 1,
                keepAlive.toNanos(),
                TimeUnit.NANOSECONDS,
                ConnectionListener.Companion.getNONE());
        return new Client(pool, factory.apply(new ConnectionPool(pool)));
    }

    /// Closes idle connections.
    void evict() {
        free.forEach(client -> client.pool.evictAll());
    }

    /// Closes connections that have been idle for too long, and forgets clients that nobody has used for as long.
    void evictIdle() {
        long now = System.nanoTime();
        if (sharing) {
            free.forEach(client -> client.evictIdle(now));
            return;
        }
        for (Iterator<Client> longestUnused = free.descendingIterator(); longestUnused.hasNext(); ) {
            Client client = longestUnused.next();
            if (now - client.usedAt < keepAlive.toNanos()) {
                return;
            }
            if (free.removeLastOccurrence(client)) {
                client.pool.evictAll();
            }
        }
    }

    /// Closes idle connections, and from now on each as its request ends.
    void close() {
        closed = true;
        evict();
    }

    boolean closed() {
        return closed;
    }

    /// One client, and when it was used last.
    static final class Client {
        private final RealConnectionPool pool;
        private final OkHttpClient okHttp;
        private volatile long usedAt = System.nanoTime();

        private Client(RealConnectionPool pool, OkHttpClient okHttp) {
            this.pool = pool;
            this.okHttp = okHttp;
        }

        OkHttpClient okHttp() {
            return okHttp;
        }

        private void evictIdle(long now) {
            while (pool.closeConnections(now) == 0) {
                // it closed one
            }
        }
    }
}
