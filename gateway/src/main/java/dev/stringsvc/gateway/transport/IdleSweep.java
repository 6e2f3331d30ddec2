package dev.stringsvc.gateway.transport;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Looks once a second for connections that have been idle for too long. Thread-safe.
final class IdleSweep implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(IdleSweep.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Set<Clients> swept = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);

    private IdleSweep() {}

    /// Begins, on a thread of its own.
    static IdleSweep start() {
        var sweep = new IdleSweep();
        Thread.ofPlatform().name("idle-sweep").daemon().start(sweep::run);
        return sweep;
    }

    private void run() {
        try {
            while (!closing.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
                swept.removeIf(Clients::closed);
                swept.forEach(IdleSweep::evict);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void evict(Clients clients) {
        try {
            clients.evictIdle();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "closing idle connections failed", e);
        }
    }

    /// Looks at these, until they are closed.
    Clients add(Clients clients) {
        swept.add(clients);
        return clients;
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
