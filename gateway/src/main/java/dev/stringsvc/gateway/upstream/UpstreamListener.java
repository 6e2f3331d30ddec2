package dev.stringsvc.gateway.upstream;

/// Hears of an upstream's changes, on the thread that made them: discovery's or a request's. Must not
/// block.
public interface UpstreamListener {
    /// An instance takes requests from now on.
    default void joined(String service, Endpoint endpoint) {}

    /// An instance takes no new requests; requests in flight go on.
    ///
    /// @param why in a phrase
    default void left(String service, Endpoint endpoint, String why) {}

    /// Discovery dropped an instance together with too many others. It is used as long as it responds.
    default void suspected(String service, Endpoint endpoint) {}

    /// An instance fails and takes no requests until it is healthy again.
    default void ejected(String service, Endpoint endpoint) {}

    /// An ejected instance takes requests again.
    default void returned(String service, Endpoint endpoint) {}

    /// So many instances fail that all are used, or that is over.
    default void panicked(String service, boolean panic) {}

    /// Discovery has answered, or failed.
    default void watched(String service, WatchState state) {}
}
