package dev.stringsvc.gateway.discovery;

import java.util.function.Consumer;

/// Watches the instances of one service.
public interface Instancer extends AutoCloseable {
    /// Begins to watch; the listener is called from one thread at a time, the first time as soon as there is an answer.
    /// A listener that throws does not end the watch. To be called once.
    void watch(Consumer<DiscoveryEvent> listener);

    /// Ends the watch, together with a query in flight. Waits for a listener that is being called, and
    /// interrupts it; the listener is not called afterwards.
    @Override
    void close();
}
