package dev.stringsvc.gateway.client;

/// The limit of a port's connections, and the listener that hears of connections closed or refused
/// because of it.
///
/// @param most at a time
public record ConnectionLimit(int most, Listener listener) {
    /// Hears of connections for which there was no room. Thread-safe; must not block.
    public interface Listener {
        /// An idle connection was closed to make room for a new one.
        void closedIdle();

        /// A new connection was refused because none was idle.
        void refused();
    }

    /// A limit without a listener.
    public static ConnectionLimit of(int most) {
        return new ConnectionLimit(most, new Listener() {
            @Override
            public void closedIdle() {}

            @Override
            public void refused() {}
        });
    }
}
