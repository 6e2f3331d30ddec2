package dev.stringsvc.gateway.transport;

import dev.stringsvc.gateway.http.UpstreamRequest;
import java.time.Duration;

/// Sends requests to one instance, and keeps connections to it. Thread-safe.
public interface Transport extends AutoCloseable {
    /// Makes one attempt, on the calling thread. Failures of the network or the instance are returned
    /// and not thrown. The caller must close a [AttemptResult.Responded].
    ///
    /// @param timeout from now to the response's head, without the time that the client takes to send a
    /// streamed body
    AttemptResult execute(UpstreamRequest request, Duration timeout);

    /// Closes idle connections. Requests in flight go on, and later attempts still work.
    @Override
    void close();

    /// Opens the transport to an instance.
    @FunctionalInterface
    interface Factory {
        /// @param host a name or an address, IPv6 without brackets
        Transport open(String host, int port);

        /// True if requests are sent over HTTP/2.
        default boolean isHttp2() {
            return false;
        }
    }
}
