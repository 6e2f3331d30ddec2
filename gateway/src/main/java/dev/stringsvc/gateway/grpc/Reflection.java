package dev.stringsvc.gateway.grpc;

import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.transport.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The transcoder of a service whose instances describe themselves. They are asked at the first request,
/// and again when there are other instances; until a new answer has come the last good one is used.
/// Thread-safe.
final class Reflection {
    private static final Logger LOG = LoggerFactory.getLogger(Reflection.class);
    /// The time between two questions if the first was of no use.
    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private final String service;
    private final Supplier<List<Transport>> instances;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Transcoder current;
    private volatile List<Transport> asked = List.of();
    private volatile String failure = "the service has no instance";
    private volatile long failedAt = System.nanoTime() - PAUSE_NANOS;

    /// @param instances that may be asked; the same list as long as they are the same
    Reflection(String service, Supplier<List<Transport>> instances) {
        this.service = service;
        this.instances = instances;
    }

    /// @throws TranscodingException if no instance has described itself yet
    Transcoder transcoder() throws TranscodingException {
        List<Transport> now = instances.get();
        @Nullable Transcoder known = current;
        if (known != null) {
            if (!now.equals(asked) && isDue() && asking.tryLock()) {
                asking.unlock();
                Thread.startVirtualThread(() -> ask(now));
            }
            return known;
        }
        ask(now);
        @Nullable Transcoder first = current;
        if (first == null) {
            throw new TranscodingException(
                    GrpcStatus.UNAVAILABLE, "The gateway does not know the service's methods yet.");
        }
        return first;
    }

    /// Waits for another thread that asks, but not for long.
    private boolean tryLock() {
        try {
            return asking.tryLock(PAUSE_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isDue() {
        return System.nanoTime() - failedAt >= PAUSE_NANOS;
    }

    private void ask(List<Transport> from) {
        if (!tryLock()) {
            return;
        }
        try {
            if (from.equals(asked) || !isDue()) {
                return; // another thread has asked meanwhile
            }
            for (Transport one : from) {
                try {
                    current = new Transcoder(new ReflectionClient(one).fetch());
                    asked = from;
                    LOG.info("{}: an instance has described its methods", service);
                    return;
                } catch (IOException | RuntimeException e) {
                    failure = String.valueOf(e.getMessage());
                }
            }
            failedAt = System.nanoTime();
            LOG.warn("{}: no instance describes its methods: {}", service, failure);
        } finally {
            asking.unlock();
        }
    }
}
