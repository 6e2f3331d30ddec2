package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.http.Token;
import dev.stringsvc.program.IpAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One proxy's element in a `Forwarded` header (RFC 7239).
///
/// @param node where the proxy received the request from: an address, with or without a port, or a name
/// that hides it
record ForwardedElement(
        String node, @Nullable String host, @Nullable String proto) {
    private static final String UNKNOWN = "unknown";

    /// The node in the form of `X-Forwarded-For`: an IPv6 address without brackets (RFC 5952).
    String nodeAlone() {
        return IpAddress.canonical(
                node.startsWith("[") && node.endsWith("]") ? node.substring(1, node.length() - 1) : node);
    }

    /// The node's address; `null` where the node hides it.
    @Nullable
    InetAddress address() {
        String bare = nodeAlone();
        if (node.startsWith("[")) {
            bare = node.substring(1, Math.max(1, node.indexOf(']')));
        } else if (node.indexOf(':') == node.lastIndexOf(':') && node.indexOf('.') >= 0) {
            bare = node.split(":", 2)[0];
        }
        try {
            return InetAddress.ofLiteral(bare);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// Parses a header. Of an invalid header it returns the elements that can be read.
    static List<ForwardedElement> parse(String header) {
        List<ForwardedElement> elements = new ArrayList<>();
        int from = 0;
        while (from <= header.length()) {
            int end = end(header, from, ',');
            String element = header.substring(from, end);
            if (!element.isBlank()) {
                elements.add(element(element));
            }
            from = end + 1;
        }
        return elements;
    }

    private static ForwardedElement element(String text) {
        String node = UNKNOWN;
        @Nullable String host = null;
        @Nullable String proto = null;
        int from = 0;
        while (from <= text.length()) {
            int end = end(text, from, ';');
            String pair = text.substring(from, end).strip();
            int equals = Math.max(0, pair.indexOf('='));
            String value = unquoted(pair.substring(Math.min(pair.length(), equals + 1)));
            switch (pair.substring(0, equals).toLowerCase(Locale.ROOT)) {
                case "for" -> node = value;
                case "host" -> host = value;
                case "proto" -> proto = value;
                default -> {}
            }
            from = end + 1;
        }
        return new ForwardedElement(node, host, proto);
    }

    /// The end of the part that begins here; a separator within quotes does not count.
    private static int end(String text, int from, char separator) {
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == separator && !quoted) {
                return i;
            }
        }
        return text.length();
    }

    private static String unquoted(String value) {
        if (value.length() < 2 || value.charAt(0) != '"' || !value.endsWith("\"")) {
            return value;
        }
        var text = new StringBuilder(value.length());
        for (int i = 1; i < value.length() - 1; i++) {
            if (value.charAt(i) == '\\' && i < value.length() - 2) {
                i++;
            }
            text.append(value.charAt(i));
        }
        return text.toString();
    }

    /// The text of the element in the header.
    @Override
    public String toString() {
        boolean bareIpv6 = !node.startsWith("[") && node.indexOf(':') != node.lastIndexOf(':');
        var text = new StringBuilder("for=").append(quoted(bareIpv6 ? "[" + nodeAlone() + "]" : node));
        if (host != null) {
            text.append(";host=").append(quoted(host));
        }
        if (proto != null) {
            text.append(";proto=").append(quoted(proto));
        }
        return text.toString();
    }

    private static String quoted(String value) {
        return Token.isValid(value) ? value : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
