package dev.stringsvc.gateway.client;

/// How many connections of clients a port has at a time, and who hears of those that it does not keep.
///
/// @param most at a time
public record ConnectionLimit(int most, Listener listener) {
    /// Hears of connections that there was no room for. Thread-safe; must not block.
    public interface Listener {
        /// One that was idle was closed to make room for another.
        void closedIdle();

        /// One was refused because none was idle.
        void refused();
    }

    /// A limit whose effects nobody hears of.
    public static ConnectionLimit of(int most) {
        return new ConnectionLimit(most, new Listener() {
            @Override
            public void closedIdle() {}

            @Override
            public void refused() {}
        });
    }
}
