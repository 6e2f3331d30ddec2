package dev.stringsvc.gateway.proxy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// The client that an address stands for: an IPv4 address for itself, an IPv6 address for its /64,
/// since one host has all of that.
final class ClientAddress {
    private ClientAddress() {}

    /// Equal for addresses that count as one client.
    static Object of(InetAddress address) {
        return address instanceof Inet6Address
                ? (Object) ByteBuffer.wrap(address.getAddress()).getLong()
                : address;
    }
}
