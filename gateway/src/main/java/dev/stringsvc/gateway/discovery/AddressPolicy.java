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

/// Where instances may be that a registry names: whoever may register there must not be able to aim the gateway at what
/// only this machine can reach. It does not hold for instances that the gateway's own configuration names.
///
/// Without ranges every address is allowed but those that are link-local, where clouds answer for a machine's secrets,
/// and the loopback, unless Consul is asked over the loopback too. With ranges only these are allowed. Never allowed
/// are addresses that are no single machine's, the gateway's own ports, and Consul's. Thread-safe.
public final class AddressPolicy {
    private static final String SETTING = "; consul.addresses says which are allowed";
    private static final int IPV4_BYTES = 4;
    /// Where a cloud answers for a machine's secrets over IPv6. It is of a private network's range, and not link-local.
    private static final InetAddress METADATA = InetAddress.ofLiteral("fd00:ec2::254");

    private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final byte[] SIX_TO_FOUR = {0x20, 0x02};

    private final List<Predicate<InetAddress>> ranges;
    private final ReservedPorts reserved;

    /// @param ranges none for the rules that hold without
    public AddressPolicy(List<? extends Predicate<InetAddress>> ranges, ReservedPorts reserved) {
        this.ranges = List.copyOf(ranges);
        this.reserved = reserved;
    }

    /// The instance with its host in its one form.
    ///
    /// @throws IllegalArgumentException whose message says why the instance is not to be used
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

    /// Why no request may go to an address; `null` where it may. For names to be asked each time they are resolved.
    public @Nullable String refusal(InetAddress address, int port) {
        @Nullable InetAddress within = within(address);
        InetAddress reached = within == null ? address : within;
        @Nullable String kind = firstOf(isOfNoMachine(address), isOfNoMachine(reached));
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
                    : IpAddress.text(address) + " is in none of the ranges of consul.addresses";
        }
        @Nullable String why = byDefault(reached);
        return why == null ? null : IpAddress.text(address) + why + SETTING;
    }

    private static @Nullable String firstOf(@Nullable String one, @Nullable String other) {
        return one == null ? other : one;
    }

    private static @Nullable String isOfNoMachine(InetAddress address) {
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
        return address.isLoopbackAddress() && !reserved.isConsulHere()
                ? " is the loopback, and Consul is not there"
                : null;
    }

    /// The IPv4 address that a gateway between IPv6 and IPv4 (RFC 6052, RFC 3056) would send to, or that an old form of
    /// IPv6 address holds; `null` where there is none.
    private static @Nullable InetAddress within(InetAddress address) {
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
            throw new IllegalStateException(e); // there are four bytes
        }
    }

    private static boolean begins(byte[] address, byte[] prefix) {
        return Arrays.equals(address, 0, prefix.length, prefix, 0, prefix.length);
    }
}
