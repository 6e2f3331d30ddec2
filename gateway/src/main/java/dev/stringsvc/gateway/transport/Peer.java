package dev.stringsvc.gateway.transport;

import java.io.IOException;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Where an instance is.
///
/// @param host a name or an address, IPv6 without brackets
/// @param judge which of a name's addresses may be connected to
public record Peer(String host, int port, AddressJudge judge) {
    /// One that may be anywhere.
    public Peer(String host, int port) {
        this(host, port, AddressJudge.ANYWHERE);
    }

    /// @throws IOException when no connection may be made to this address
    public void check(InetAddress address) throws IOException {
        @Nullable String refusal = judge.refusal(address, port);
        if (refusal != null) {
            throw new IOException(refusal);
        }
    }
}
