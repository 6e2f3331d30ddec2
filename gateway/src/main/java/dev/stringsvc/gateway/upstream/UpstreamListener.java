package dev.stringsvc.gateway.upstream;

/// Hears of an upstream's changes, on the thread that made them: discovery's or a request's. Must not
/// block.
public interface UpstreamListener {
    /// An instance takes requests from now on.
    default void joined(String service, Endpoint endpoint) {}

    /// An instance takes no new requests; requests in flight go on.
    default void left(String service, Endpoint endpoint) {}

    /// An instance fails and takes no requests until it is healthy again.
    default void ejected(String service, Endpoint endpoint) {}

    /// Discovery has answered, or failed.
    default void watched(String service, WatchState state) {}
}
