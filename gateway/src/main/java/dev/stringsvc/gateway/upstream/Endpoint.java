package dev.stringsvc.gateway.upstream;

import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.transport.Transport;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// A live instance: its data, its connections and what is in flight to it. It lives as long as discovery names the
/// instance, and after that until its last request is answered. Thread-safe.
public final class Endpoint {
    private final Transport transport;
    private final Instant since;
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile Instance instance;
    private volatile boolean draining;

    Endpoint(Instance instance, Transport transport, Instant since) {
        this.instance = instance;
        this.transport = transport;
        this.since = since;
    }

    public Instance instance() {
        return instance;
    }

    public Transport transport() {
        return transport;
    }

    /// When discovery first named the instance.
    public Instant since() {
        return since;
    }

    /// Requests whose answer is not yet through, to the last byte.
    public int inFlight() {
        return inFlight.get();
    }

    /// Whether discovery no longer names the instance: it gets nothing new.
    public boolean draining() {
        return draining;
    }

    /// Counts one request in flight until the permit is released.
    public Permit acquire() {
        inFlight.incrementAndGet();
        return new Permit();
    }

    /// Takes over what discovery says of tags and meta now.
    void update(Instance instance) {
        this.instance = instance;
    }

    void drain() {
        draining = true;
        transport.close();
    }

    private void release() {
        if (inFlight.decrementAndGet() == 0 && draining) {
            transport.close();
        }
    }

    /// One request's share of an endpoint.
    public final class Permit implements AutoCloseable {
        private final AtomicBoolean released = new AtomicBoolean();

        private Permit() {}

        /// Gives the share back; a second call does nothing.
        @Override
        public void close() {
            if (released.compareAndSet(false, true)) {
                release();
            }
        }
    }
}
