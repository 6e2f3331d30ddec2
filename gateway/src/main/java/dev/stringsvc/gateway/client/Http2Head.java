package dev.stringsvc.gateway.client;

import dev.stringsvc.gateway.http.ContentLength;
import dev.stringsvc.gateway.http.Token;
import java.util.List;
import org.eclipse.jetty.http.HostPortHttpField;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.MetaData;
import org.jspecify.annotations.Nullable;

/// The result of checking a request's head in HTTP/2.
sealed interface Http2Head {
    /// The head in the form of HTTP/1.1, so that later code handles one form only: `Host` instead of
    /// `:authority`, one `Cookie` field, and a transfer coding if a body of unknown length follows.
    record Whole(MetaData.Request request) implements Http2Head {}

    /// A malformed head (RFC 9113, sections 8.1.1, 8.2 and 8.3).
    ///
    /// @param why what is wrong with it, without any text of the client
    record Malformed(String why) implements Http2Head {}

    /// Checks a head that Jetty's decoder has accepted. The decoder already refuses invalid
    /// pseudo-headers, upper-case names and control characters.
    ///
    /// @param ended true if no body follows
    static Http2Head read(MetaData.Request head, boolean ended) {
        if (!Token.isValid(head.getMethod())) {
            return new Malformed("its method is not a token");
        }
        if (isTunnelWithPath(head)) {
            return new Malformed("CONNECT with a scheme or a path");
        }
        @Nullable String authority = head.getHttpURI().getAuthority();
        HttpFields.Mutable fields = HttpFields.build();
        if (authority != null) {
            fields.put(HttpHeader.HOST, authority);
        }
        @Nullable String cookies = null;
        for (HttpField field : head.getHttpFields()) {
            @Nullable String fault = fault(field);
            if (fault != null) {
                return new Malformed(fault);
            }
            @Nullable HttpHeader header = field.getHeader();
            if (header == HttpHeader.COOKIE) {
                cookies = cookies == null ? value(field) : cookies + "; " + value(field);
            } else if (header == HttpHeader.HOST && authority != null) {
                if (!isSameHost(value(field), authority, head.getHttpURI().getScheme())) {
                    return new Malformed("its Host differs from its :authority");
                }
            } else if (header != HttpHeader.HTTP2_SETTINGS) {
                fields.add(field);
            }
        }
        if (!namesHost(fields)) {
            return new Malformed("it names no host, or more than one, or an invalid one");
        }
        if (!saysLength(fields)) {
            return new Malformed("its Content-Length is not a number");
        }
        if (cookies != null) {
            fields.add(HttpHeader.COOKIE, cookies);
        }
        if (!ended && !fields.contains(HttpHeader.CONTENT_LENGTH)) {
            fields.add(HttpHeader.TRANSFER_ENCODING, "chunked");
        }
        return new Whole(new MetaData.Request(
                head.getBeginNanoTime(),
                head.getMethod(),
                head.getHttpURI(),
                head.getHttpVersion(),
                fields.asImmutable(),
                head.getContentLength(),
                head.getTrailersSupplier()));
    }

    /// True if each field is allowed in trailers of HTTP/2.
    static boolean areTrailers(HttpFields fields) {
        for (HttpField field : fields) {
            if (fault(field) != null) {
                return false;
            }
        }
        return true;
    }

    /// True for a CONNECT with a scheme or a path (RFC 9113, section 8.5), unless it is an extended
    /// CONNECT with `:protocol` (RFC 8441).
    private static boolean isTunnelWithPath(MetaData.Request head) {
        HttpURI uri = head.getHttpURI();
        return HttpMethod.CONNECT.is(head.getMethod())
                && (uri.getScheme() != null || uri.getPathQuery() != null)
                && !(head instanceof MetaData.ConnectRequest connect && connect.getProtocol() != null);
    }

    /// What is wrong with a field by itself; `null` if nothing is.
    private static @Nullable String fault(HttpField field) {
        if (!Token.isValid(field.getName())) {
            return "the name of a field is not a token";
        }
        if (!isValue(value(field))) {
            return "the value of a field begins or ends with a blank, or holds a control character";
        }
        return isOfConnection(field)
                ? "it has a field of the connection, such as Connection or Transfer-Encoding"
                : null;
    }

    private static String value(HttpField field) {
        return field.getValue() == null ? "" : field.getValue();
    }

    /// True if both name the same host and port. The scheme's default port may be missing.
    private static boolean isSameHost(String host, String authority, @Nullable String scheme) {
        if (host.equalsIgnoreCase(authority)) {
            return true;
        }
        try {
            int usual = "https".equalsIgnoreCase(scheme) ? 443 : 80;
            var one = new HostPortHttpField(host);
            var other = new HostPortHttpField(authority);
            return one.getHost().equalsIgnoreCase(other.getHost()) && one.getPort(usual) == other.getPort(usual);
        } catch (RuntimeException e) {
            return false; // Jetty throws if it is not a host
        }
    }

    private static boolean namesHost(HttpFields fields) {
        List<String> hosts = fields.getValuesList(HttpHeader.HOST);
        if (hosts.size() != 1 || hosts.getFirst().isEmpty() || hosts.getFirst().indexOf('@') >= 0) {
            return false;
        }
        try {
            var _ = new HostPortHttpField(hosts.getFirst());
            return isValue(hosts.getFirst());
        } catch (RuntimeException e) {
            return false; // Jetty throws if it is not a host
        }
    }

    private static boolean saysLength(HttpFields fields) {
        List<String> lengths = fields.getValuesList(HttpHeader.CONTENT_LENGTH);
        return lengths.isEmpty() || (lengths.size() == 1 && ContentLength.isValid(lengths.getFirst()));
    }

    /// True for a field that HTTP/2 forbids since it belongs to an HTTP/1.1 connection (RFC 9113,
    /// section 8.2.2).
    private static boolean isOfConnection(HttpField field) {
        @Nullable HttpHeader header = field.getHeader();
        return header != null
                && switch (header) {
                    case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE -> true;
                    case TE -> !"trailers".equalsIgnoreCase(field.getValue());
                    default -> false;
                };
    }

    /// True for a valid value (RFC 9113, section 8.2.1) without control characters other than tab. An
    /// instance that speaks HTTP/1.1 could read one as the end of a line.
    private static boolean isValue(String value) {
        if (value.isEmpty()) {
            return true;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return false;
            }
        }
        return !isBlank(value.charAt(0)) && !isBlank(value.charAt(value.length() - 1));
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
