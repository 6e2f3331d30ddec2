package dev.stringsvc.program;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A host and a port: `10.0.0.7:8001`, `web-1:80`, `[::1]:8001`.
///
/// @param host a name, an IPv4 address, or an IPv6 address without brackets in the form of RFC 5952
/// @param port from 1 to 65535
public record HostPort(String host, int port) {
    private static final Pattern FORM =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]{2,45})]|([A-Za-z0-9._-]{1,253})):([0-9]{1,5})");

    public HostPort {
        host = IpAddress.canonical(host);
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("expected a port from 1 to 65535, got " + port);
        }
    }

    /// @throws IllegalArgumentException if the text has another form
    public static HostPort parse(String text) {
        Matcher form = FORM.matcher(text);
        if (form.matches()) {
            String host = form.group(1) == null ? form.group(2) : form.group(1);
            int port = Integer.parseInt(form.group(3));
            if ((form.group(1) == null ? isNameOrIpv4(host) : isIpv6(host)) && port >= 1 && port <= 65_535) {
                return new HostPort(host, port);
            }
        }
        throw new IllegalArgumentException("expected host:port, such as 127.0.0.1:8001 or [::1]:8001");
    }

    /// Reads `host:port`, and a host without a port: `web-1`, `::1`, `[::1]`.
    ///
    /// @throws IllegalArgumentException if the text has another form
    public static HostPort parse(String text, int defaultPort) {
        if (!text.startsWith("[") && text.indexOf(':') != text.lastIndexOf(':')) {
            return parse("[" + text + "]:" + defaultPort);
        }
        return parse(hasPort(text) ? text : text + ":" + defaultPort);
    }

    /// True if the text ends in a port. The text has one of the forms that [#parse(String, int)] reads.
    public static boolean hasPort(String text) {
        return text.startsWith("[")
                ? !text.endsWith("]")
                : text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':');
    }

    private static boolean isNameOrIpv4(String host) {
        return HostName.isName(host) || HostName.isIpv4(host);
    }

    private static boolean isIpv6(String host) {
        try {
            InetAddress _ = Inet6Address.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /// The form in a URL: an IPv6 address has brackets.
    @Override
    public String toString() {
        return IpAddress.withPort(host, port);
    }
}
