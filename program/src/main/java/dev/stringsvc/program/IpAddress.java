package dev.stringsvc.program;

import java.net.Inet6Address;
import java.net.InetAddress;

/// Writes IP addresses; IPv6 in the form of RFC 5952: lower case, no leading zeros, the longest run of
/// zeros as `::`.
public final class IpAddress {
    private static final int GROUPS = 8;
    /// The prefix of IPv4 addresses behind a NAT64 (RFC 6052). Their last part is written as IPv4.
    private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

    private IpAddress() {}

    /// The address without a zone.
    public static String text(InetAddress address) {
        return address instanceof Inet6Address ? text(address.getAddress()) : address.getHostAddress();
    }

    /// The host unchanged, unless it is an IPv6 address: that is written in the form of RFC 5952, with
    /// its zone.
    ///
    /// @param host a name or an address, IPv6 without brackets
    public static String canonical(String host) {
        if (host.indexOf(':') < 0) {
            return host;
        }
        int zone = host.indexOf('%');
        try {
            return zone < 0
                    ? text(InetAddress.ofLiteral(host))
                    : text(InetAddress.ofLiteral(host.substring(0, zone))) + host.substring(zone);
        } catch (IllegalArgumentException e) {
            return host;
        }
    }

    /// `host:port`, an IPv6 address in its canonical form and in brackets.
    ///
    /// @param host a name or an address, IPv6 without brackets
    public static String withPort(String host, int port) {
        String text = canonical(host);
        return text.indexOf(':') < 0 ? text + ":" + port : "[" + text + "]:" + port;
    }

    private static String text(byte[] address) {
        boolean nat64 = startsWith(address, NAT64);
        int groups = nat64 ? GROUPS - 2 : GROUPS;
        int from = 0;
        int length = 1; // a single group of zeros is written as 0
        for (int group = 0; group < groups; group++) {
            int zeros = zeros(address, group, groups);
            if (zeros > length) {
                from = group;
                length = zeros;
            }
        }
        boolean shortened = length > 1;
        var text = new StringBuilder(40);
        for (int group = 0; group < groups; group++) {
            if (shortened && group == from) {
                text.append("::");
                group += length - 1;
                continue;
            }
            if (group > 0 && !(shortened && group == from + length)) {
                text.append(':');
            }
            text.append(Integer.toHexString(group(address, group)));
        }
        if (nat64) {
            for (int i = NAT64.length; i < address.length; i++) {
                text.append(i == NAT64.length ? "" : ".").append(address[i] & 0xff);
            }
        }
        return text.toString();
    }

    private static int zeros(byte[] address, int from, int groups) {
        int group = from;
        while (group < groups && group(address, group) == 0) {
            group++;
        }
        return group - from;
    }

    private static int group(byte[] address, int group) {
        return (address[2 * group] & 0xff) << 8 | (address[2 * group + 1] & 0xff);
    }

    private static boolean startsWith(byte[] address, byte[] prefix) {
        for (int i = 0; i < prefix.length; i++) {
            if (address[i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
