package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.program.HostName;
import dev.stringsvc.program.IpAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A host and a port: `10.0.0.7:8001`, `web-1:80`, `[::1]:8001`.
///
/// @param host without brackets; an IPv6 address as RFC 5952 has it
public record HostPort(String host, int port) {
    private static final Pattern FORM =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]{2,45})]|([A-Za-z0-9._-]{1,253})):([0-9]{1,5})");

    public HostPort {
        host = IpAddress.canonical(host);
    }

    /// @throws IllegalArgumentException when the text has another form
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

    /// Also without a port, and then an IPv6 address with or without brackets.
    ///
    /// @throws IllegalArgumentException when the text has another form
    static HostPort parse(String text, int defaultPort) {
        if (!text.startsWith("[") && text.indexOf(':') != text.lastIndexOf(':')) {
            return parse("[" + text + "]:" + defaultPort);
        }
        boolean whole = text.startsWith("[") ? !text.endsWith("]") : text.indexOf(':') >= 0;
        return parse(whole ? text : text + ":" + defaultPort);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static HostPort read(JsonNode value) {
        return parse(value.isTextual() ? value.textValue() : "");
    }

    /// True if the text is a name in the form that DNS has, and no address.
    static boolean isName(String text) {
        return HostName.isName(text);
    }

    /// A name that ends in a number would be taken for an address, and is no valid one.
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

    /// As it is written, IPv6 in brackets.
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
