package dev.stringsvc.gateway.transport;

import java.io.IOException;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// The address of an instance.
///
/// @param host a name or an address, IPv6 without brackets
/// @param check decides which of a name's addresses may be connected to
public record Peer(String host, int port, AddressCheck check) {
    /// A peer whose addresses are all allowed.
    public Peer(String host, int port) {
        this(host, port, AddressCheck.ANYWHERE);
    }

    /// @throws IOException if no connection may be made to this address
    public void check(InetAddress address) throws IOException {
        @Nullable String refusal = check.refusal(address, port);
        if (refusal != null) {
            throw new IOException(refusal);
        }
    }
}
