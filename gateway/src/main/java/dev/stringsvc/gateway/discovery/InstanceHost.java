package dev.stringsvc.gateway.discovery;

import dev.stringsvc.program.HostName;
import dev.stringsvc.program.IpAddress;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// An instance's host as a registry has it: an IP address in canonical form, or a DNS name. Other
/// spellings of an address (`2130706433`, `0x7f.1`, `127.1`, `0177.0.0.1`) are refused, since resolvers
/// disagree on their meaning.
///
/// @param text a name, or an address in the form of RFC 5952, without brackets
/// @param address `null` for a name, which is resolved later
record InstanceHost(String text, @Nullable InetAddress address) {
    /// @throws IllegalArgumentException whose message says what is wrong with the text
    static InstanceHost parse(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String bare = bracketed ? text.substring(1, text.length() - 1) : text;
        if (bracketed || bare.indexOf(':') >= 0) {
            return ipv6(bare);
        }
        String name = bare.endsWith(".") ? bare.substring(0, bare.length() - 1) : bare;
        if (!HostName.areLabels(name)) {
            throw new IllegalArgumentException("is not a name of letters, digits, '-' and '.', and not an address");
        }
        if (!endsInNumber(name)) {
            return new InstanceHost(bare, null);
        }
        if (!HostName.isIpv4(bare)) {
            throw new IllegalArgumentException("is not a name, and not an address in the form 192.0.2.1");
        }
        return new InstanceHost(bare, InetAddress.ofLiteral(bare));
    }

    /// An IPv4-mapped address (`::ffff:192.0.2.1`) is read as the IPv4 address.
    private static InstanceHost ipv6(String text) {
        if (text.indexOf('%') >= 0) {
            throw new IllegalArgumentException("has a zone, which is only valid on one machine");
        }
        try {
            if (text.indexOf(':') < 0) {
                throw new IllegalArgumentException("not IPv6");
            }
            InetAddress address = InetAddress.ofLiteral(text);
            return new InstanceHost(IpAddress.text(address), address);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is not a name, and not an address in the form 2001:db8::1", e);
        }
    }

    /// Resolvers that accept the old spellings read any such name as an address.
    private static boolean endsInNumber(String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        boolean hex = last.length() >= 2 && last.charAt(0) == '0' && (last.charAt(1) | 0x20) == 'x';
        return hex || last.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
