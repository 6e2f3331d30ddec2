package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.http.ClientAddress;
import java.net.InetAddress;

/// Where a request comes from.
///
/// @param hop the connection on which it came
/// @param client its address, as trusted proxies tell
/// @param trusted true if the peer of the connection is a trusted proxy
record Origin(Forwarding.Hop hop, InetAddress client, boolean trusted) {
    /// The key by which requests are counted: equal for addresses that count as one client.
    Object address() {
        return ClientAddress.of(client);
    }
}
