package dev.stringsvc.gateway.client;

import java.time.Duration;

/// The timeouts of clients.
///
/// @param head from a request's first byte to the end of its head
/// @param idle the longest silence, between requests or within one
/// @param stream the longest silence of a WebSocket, and within a body that is streamed as it comes
public record ClientTimeouts(Duration head, Duration idle, Duration stream) {}
