package dev.stringsvc.gateway.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// Tells clients apart by address: an IPv4 address is one client, and an IPv6 /64 is one client, since a
/// host usually has a whole /64.
public final class ClientAddress {
    private ClientAddress() {}

    /// Equal for addresses that count as one client.
    public static Object of(InetAddress address) {
        return address instanceof Inet6Address ? (Object) bits(address) : address;
    }

    /// The same for addresses that count as one client: the 32 bits of an IPv4 address, or the first 64
    /// bits of an IPv6 address.
    public static long bits(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet6Address ? bytes.getLong() : Integer.toUnsignedLong(bytes.getInt());
    }
}
