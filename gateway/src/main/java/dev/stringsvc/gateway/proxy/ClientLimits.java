package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.ClientTimeouts;
import dev.stringsvc.gateway.client.MinimumRate;

/// What one client, and all of them together, may ask of the data port.
///
/// @param targetBytes the longest accepted path, with its query
/// @param replayBytes the longest body that is kept for another attempt
/// @param bodyBytes the longest accepted body
/// @param inFlight the most requests in flight at a time
/// @param tunnels the most WebSockets that are open at a time
/// @param streams the most long answers at a time, in addition to those
/// @param slowest the lowest rate at which a client may send its body or take its answer
/// @param timeouts how long a client may be silent
public record ClientLimits(
        int targetBytes,
        int replayBytes,
        long bodyBytes,
        int inFlight,
        int tunnels,
        int streams,
        MinimumRate slowest,
        ClientTimeouts timeouts) {
    /// The most requests whose bodies are awaited at a time. Each takes about a third of the memory of
    /// a request that is forwarded.
    int awaitedBodies() {
        return Math.max(1, inFlight / 2);
    }
}
