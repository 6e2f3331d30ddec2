package dev.stringsvc.service.registration;

import dev.stringsvc.program.IpAddress;
import java.util.OptionalInt;

/// A host (a name, an IPv4 address, or an IPv6 address without brackets, as RFC 5952 has it) and a port from 1 to
/// 65535.
public record HostPort(String host, int port) {
    public HostPort {
        host = IpAddress.canonical(host);
        if (host.isBlank()) {
            throw new IllegalArgumentException("the host is missing");
        }
        if (host.chars().anyMatch(c -> c <= ' ' || c == '/' || c == '@' || c == '[' || c == ']')) {
            throw new IllegalArgumentException("'" + host + "' is not a host");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(port + " is not a port from 1 to 65535");
        }
    }

    /// Reads `host`, `host:port`, `::1`, `[::1]` or `[::1]:port`; where no port is given it is `defaultPort`.
    ///
    /// @throws IllegalArgumentException with a sentence for the user where it is none of these
    public static HostPort parse(String text, int defaultPort) {
        Parts parts = Parts.of(text);
        return new HostPort(parts.host, parts.port.orElse(defaultPort));
    }

    /// As it stands in a URL: `host:port`, an IPv6 address in brackets.
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    private record Parts(String host, OptionalInt port) {
        static Parts of(String text) {
            int bracket = text.indexOf(']');
            if (text.startsWith("[") && bracket > 0) {
                return new Parts(text.substring(1, bracket), port(text.substring(bracket + 1)));
            }
            int colon = text.indexOf(':');
            if (colon < 0 || colon != text.lastIndexOf(':')) {
                return new Parts(text, OptionalInt.empty());
            }
            return new Parts(text.substring(0, colon), port(text.substring(colon)));
        }

        private static OptionalInt port(String text) {
            if (text.isEmpty()) {
                return OptionalInt.empty();
            }
            if (!text.matches(":[0-9]{1,5}")) {
                throw new IllegalArgumentException("'" + text + "' is not a colon and a port");
            }
            return OptionalInt.of(Integer.parseInt(text, 1, text.length(), 10));
        }
    }
}
