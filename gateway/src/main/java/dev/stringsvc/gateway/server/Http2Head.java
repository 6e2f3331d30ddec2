package dev.stringsvc.gateway.server;

import dev.stringsvc.gateway.route.Token;
import dev.stringsvc.gateway.transport.ContentLength;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HostPortHttpField;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MetaData;
import org.jspecify.annotations.Nullable;

/// A request's head in HTTP/2, made into what it would have been in HTTP/1.1: with `Host` instead of `:authority`, one
/// `Cookie` instead of its parts, and a transfer coding where a body of unknown length follows. Whoever reads it then
/// needs to know of one HTTP only.
final class Http2Head {
    private Http2Head() {}

    /// The head, less what belongs to a connection of HTTP/1.1 only; empty where it is malformed (RFC 9113, sections
    /// 8.1.1, 8.2.1 and 8.3.1): in HTTP/1.1 its values would end lines, or it would say nothing of the host, or its
    /// length would be none.
    ///
    /// @param ended whether no body follows
    static Optional<MetaData.Request> asHttp1(MetaData.Request head, boolean ended) {
        if (!Token.isValid(head.getMethod())) {
            return Optional.empty();
        }
        HttpFields.Mutable fields = HttpFields.build();
        @Nullable String authority = head.getHttpURI().getAuthority();
        if (authority != null) {
            fields.put(HttpHeader.HOST, authority);
        }
        @Nullable String cookies = null;
        for (HttpField field : head.getHttpFields()) {
            String value = field.getValue() == null ? "" : field.getValue();
            if (!Token.isValid(field.getName()) || !isLine(value)) {
                return Optional.empty();
            }
            if (field.getHeader() == HttpHeader.COOKIE) {
                cookies = cookies == null ? value : cookies + "; " + value;
            } else if (!isOfConnection(field) && !(field.getHeader() == HttpHeader.HOST && authority != null)) {
                fields.add(field);
            }
        }
        if (!namesHost(fields) || !saysLength(fields)) {
            return Optional.empty();
        }
        if (cookies != null) {
            fields.add(HttpHeader.COOKIE, cookies);
        }
        if (!ended && !fields.contains(HttpHeader.CONTENT_LENGTH)) {
            fields.add(HttpHeader.TRANSFER_ENCODING, "chunked");
        }
        return isLine(String.valueOf(authority))
                ? Optional.of(new MetaData.Request(
                        head.getBeginNanoTime(),
                        head.getMethod(),
                        head.getHttpURI(),
                        head.getHttpVersion(),
                        fields.asImmutable(),
                        head.getContentLength(),
                        head.getTrailersSupplier()))
                : Optional.empty();
    }

    private static boolean namesHost(HttpFields fields) {
        List<String> hosts = fields.getValuesList(HttpHeader.HOST);
        if (hosts.size() != 1 || hosts.getFirst().isEmpty()) {
            return false;
        }
        try {
            var _ = new HostPortHttpField(hosts.getFirst());
            return true;
        } catch (RuntimeException e) {
            return false; // not a host, in Jetty's words
        }
    }

    private static boolean saysLength(HttpFields fields) {
        List<String> lengths = fields.getValuesList(HttpHeader.CONTENT_LENGTH);
        return lengths.isEmpty() || (lengths.size() == 1 && ContentLength.isValid(lengths.getFirst()));
    }

    private static boolean isOfConnection(HttpField field) {
        @Nullable HttpHeader header = field.getHeader();
        return header != null
                && switch (header) {
                    case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE, HTTP2_SETTINGS -> true;
                    default -> false;
                };
    }

    private static boolean isLine(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return false;
            }
        }
        return true;
    }
}
