package dev.stringsvc.gateway.transport;

import dev.stringsvc.gateway.http.UpstreamRequest;
import java.time.Duration;

/// Sends requests to one instance and keeps its connections. Thread-safe.
public interface Transport extends AutoCloseable {
    /// Makes one attempt, on the calling thread. Never throws for what the network or the instance does:
    /// the answer says it. A [AttemptResult.Responded] must be closed by the caller.
    ///
    /// @param timeout from now to the answer's head, without what the client takes to send a streamed
    /// body
    AttemptResult execute(UpstreamRequest request, Duration timeout);

    /// Lets go of idle connections; requests in flight go on. An attempt made afterwards still works.
    @Override
    void close();

    /// Opens a transport per instance.
    @FunctionalInterface
    interface Factory {
        /// @param host a name or an address, IPv6 without brackets
        Transport open(String host, int port);
    }
}
