package dev.stringsvc.gateway.upstream;

/// Hears of an upstream's changes, on the thread that brought them: its discovery's, or a request's. Must not block.
public interface UpstreamListener {
    /// An instance takes requests from now on.
    default void joined(String service, Endpoint endpoint) {}

    /// An instance gets nothing new; what is in flight goes on.
    default void left(String service, Endpoint endpoint) {}

    /// An instance fails and gets nothing until it is well again.
    default void ejected(String service, Endpoint endpoint) {}

    /// Discovery was asked once more.
    default void watched(String service, WatchState state) {}
}
