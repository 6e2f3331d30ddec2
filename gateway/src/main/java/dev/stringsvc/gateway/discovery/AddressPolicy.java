package dev.stringsvc.gateway.discovery;

import dev.stringsvc.program.IpAddress;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Decides which addresses the instances from one registry may have, so that nobody who can register an
/// instance can make the gateway send requests to addresses that only the gateway can reach. Instances
/// in the gateway's own configuration are not checked. Thread-safe.
public final class AddressPolicy {
    private static final int IPV4_BYTES = 4;
    /// The metadata service of a cloud over IPv6, which holds a machine's secrets. Unlike the IPv4 one
    /// it is not link-local.
    private static final InetAddress METADATA = InetAddress.ofLiteral("fd00:ec2::254");

    private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final byte[] SIX_TO_FOUR = {0x20, 0x02};

    private final List<Predicate<InetAddress>> ranges;
    private final ReservedPorts reserved;
    private final RegistryAddress registry;

    /// @param ranges empty for the default rules
    public AddressPolicy(
            List<? extends Predicate<InetAddress>> ranges, ReservedPorts reserved, RegistryAddress registry) {
        this.registry = registry;
        this.ranges = List.copyOf(ranges);
        this.reserved = reserved;
    }

    /// The instance with its host in canonical form.
    ///
    /// @throws IllegalArgumentException if the instance is refused; the message says why
    Instance allowed(Instance instance) {
        String text = instance.host();
        InstanceHost host;
        try {
            host = InstanceHost.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' " + e.getMessage(), e);
        }
        @Nullable InetAddress address = host.address();
        @Nullable String refusal = address == null ? null : refusal(address, instance.port());
        if (refusal != null) {
            throw new IllegalArgumentException(refusal);
        }
        return host.text().equals(text) ? instance : instance.at(host.text());
    }

    /// Why no request may go to an address; `null` if it may. For a name, this is asked each time it is
    /// resolved.
    ///
    /// - With ranges, only addresses in these ranges are allowed.
    /// - Without ranges, link-local addresses and a cloud's metadata service are refused, and so is the
    ///   loopback, unless the registry is reached over the loopback.
    /// - Multicast, broadcast and unspecified addresses, the gateway's own ports and the registries'
    ///   ports are always refused.
    public @Nullable String refusal(InetAddress address, int port) {
        @Nullable InetAddress embedded = embedded(address);
        InetAddress reached = embedded == null ? address : embedded;
        @Nullable String kind = firstOf(kind(address), kind(reached));
        if (kind != null) {
            return IpAddress.text(address) + " is " + kind;
        }
        @Nullable String holder = firstOf(reserved.holder(address, port), reserved.holder(reached, port));
        if (holder != null) {
            return IpAddress.withPort(IpAddress.text(address), port) + " is " + holder;
        }
        if (!ranges.isEmpty()) {
            return ranges.stream().anyMatch(range -> range.test(address))
                    ? null
                    : IpAddress.text(address) + " is not in the ranges of " + registry.setting();
        }
        @Nullable String why = byDefault(reached);
        return why == null
                ? null
                : "%s%s; %s sets the allowed ranges".formatted(IpAddress.text(address), why, registry.setting());
    }

    private static @Nullable String firstOf(@Nullable String one, @Nullable String other) {
        return one == null ? other : one;
    }

    private static @Nullable String kind(InetAddress address) {
        if (address.isMulticastAddress()) {
            return "a multicast address";
        }
        byte[] bytes = address.getAddress();
        boolean ipv4 = address instanceof Inet4Address;
        if (address.isAnyLocalAddress() || (ipv4 && bytes[0] == 0)) {
            return "an unspecified address";
        }
        boolean ones = true;
        for (byte one : bytes) {
            ones &= one == -1;
        }
        return ipv4 && ones ? "the broadcast address" : null;
    }

    private @Nullable String byDefault(InetAddress address) {
        if (address.isLinkLocalAddress()) {
            return " is link-local";
        }
        if (address.equals(METADATA)) {
            return " is a cloud's metadata service";
        }
        return address.isLoopbackAddress() && !registry.isHere()
                ? " is the loopback, and " + registry.name() + " is not reached over it"
                : null;
    }

    /// The IPv4 address in an IPv6 address of NAT64 (RFC 6052) or 6to4 (RFC 3056), or in an
    /// IPv4-compatible address; `null` if there is none.
    private static @Nullable InetAddress embedded(InetAddress address) {
        if (!(address instanceof Inet6Address ipv6)) {
            return null;
        }
        byte[] bytes = address.getAddress();
        int at = -1;
        if (begins(bytes, NAT64) || (ipv6.isIPv4CompatibleAddress() && !ipv6.isLoopbackAddress())) {
            at = bytes.length - IPV4_BYTES;
        } else if (begins(bytes, SIX_TO_FOUR)) {
            at = SIX_TO_FOUR.length;
        }
        try {
            return at < 0 ? null : InetAddress.getByAddress(Arrays.copyOfRange(bytes, at, at + IPV4_BYTES));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // there are always four bytes
        }
    }

    private static boolean begins(byte[] address, byte[] prefix) {
        return Arrays.equals(address, 0, prefix.length, prefix, 0, prefix.length);
    }
}
