package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.ClientTimeouts;
import dev.stringsvc.gateway.client.MinimumRate;

/// What one client, and all of them together, may ask of the data port.
///
/// @param targetBytes the longest path with its query that is taken
/// @param replayBytes the longest body that is kept for another attempt
/// @param bodyBytes the longest body that is taken
/// @param inFlight the most requests that are forwarded at a time
/// @param tunnels the most WebSockets that are open at a time
/// @param streams the most answers that last, beside those
/// @param slowest how slowly a client may send its body, or take its answer
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
    /// The most requests whose bodies are waited for at a time. Each takes about a third of the memory
    /// that one takes which is forwarded.
    int awaitedBodies() {
        return Math.max(1, inFlight / 2);
    }
}
