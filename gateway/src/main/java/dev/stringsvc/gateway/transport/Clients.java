package dev.stringsvc.gateway.transport;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;

/// OkHttp's clients for one instance: one for each request that is under way, with a pool of one
/// connection. A pool that requests share is searched connection by connection, each with a lock: of
/// a thousand virtual threads most wait for one of them, and whoever is let go of waits for a turn to
/// run besides (docs/benchmarks.md).
///
/// The one that was given back last is leased first, so that as few connections are kept as will do.
/// Where requests share a connection there is one client for all. Thread-safe.
final class Clients {
    private final Function<ConnectionPool, OkHttpClient> factory;
    private final boolean sharing;
    private final ConcurrentLinkedDeque<Client> free = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    private Clients(Function<ConnectionPool, OkHttpClient> factory, boolean sharing) {
        this.factory = factory;
        this.sharing = sharing;
    }

    /// A client for each request.
    ///
    /// @param factory makes a client with this pool; called by any thread
    static Clients of(Function<ConnectionPool, OkHttpClient> factory) {
        return new Clients(factory, false);
    }

    /// The same client for all.
    static Clients shared(Function<ConnectionPool, OkHttpClient> factory) {
        var clients = new Clients(factory, true);
        clients.free.add(clients.another());
        return clients;
    }

    /// A client for one request, which is to give it back.
    Client lease() {
        Client last = sharing ? free.peekFirst() : free.pollFirst();
        return last == null ? another() : last;
    }

    /// Takes a client back that no request uses any more.
    void giveBack(Client client) {
        client.usedAt = System.nanoTime();
        if (!sharing) {
            free.addFirst(client);
        }
        if (closed) {
            client.evict();
        }
    }

    private Client another() {
        // a pool's own clock for idle connections never runs: evictIdle is its clock
        var pool = new ConnectionPool(1, Long.MAX_VALUE, TimeUnit.NANOSECONDS, NoTasks.runner(), NoTasks.LISTENER);
        return new Client(factory.apply(pool));
    }

    /// Closes idle connections.
    void evict() {
        free.forEach(Client::evict);
    }

    /// Closes connections that nobody has used for so long, and forgets their clients.
    void evictIdle(long nanos) {
        long now = System.nanoTime();
        for (Client client : free) {
            if (now - client.usedAt >= nanos && (sharing || free.removeLastOccurrence(client))) {
                client.evict();
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
        private final OkHttpClient client;
        private volatile long usedAt = System.nanoTime();

        private Client(OkHttpClient client) {
            this.client = client;
        }

        OkHttpClient client() {
            return client;
        }

        private void evict() {
            client.connectionPool().evictAll();
        }
    }
}
