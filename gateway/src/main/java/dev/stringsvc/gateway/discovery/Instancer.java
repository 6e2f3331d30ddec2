package dev.stringsvc.gateway.discovery;

import java.util.function.Consumer;

/// Watches the instances of one service.
public interface Instancer extends AutoCloseable {
    /// Starts the watch, once. The listener is called by one thread at a time, first when there is an
    /// answer. A listener that throws does not end the watch.
    void watch(Consumer<DiscoveryEvent> listener);

    /// Ends the watch and a query in flight. Interrupts a call of the listener and waits for it; the
    /// listener is not called afterwards.
    @Override
    void close();
}
