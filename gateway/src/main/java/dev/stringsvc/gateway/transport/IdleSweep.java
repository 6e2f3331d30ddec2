package dev.stringsvc.gateway.transport;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Looks once a second for connections that have been idle for too long. Thread-safe.
final class IdleSweep implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Set<Clients> swept = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Duration keepAlive;

    private IdleSweep(Duration keepAlive) {
        this.keepAlive = keepAlive;
    }

    /// Begins, on a thread of its own.
    ///
    /// @param keepAlive how long a connection may be idle, and at the most a second longer
    static IdleSweep start(Duration keepAlive) {
        var sweep = new IdleSweep(keepAlive);
        Thread.ofPlatform().name("idle-sweep").daemon().start(sweep::run);
        return sweep;
    }

    private void run() {
        try {
            while (!closing.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
                swept.removeIf(Clients::closed);
                swept.forEach(clients -> clients.evictIdle(keepAlive.toNanos()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
