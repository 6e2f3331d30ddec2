package dev.stringsvc.gateway.transport.h2;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.Sendable;
import dev.stringsvc.gateway.http.UpstreamRequest;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.jspecify.annotations.Nullable;

/// Converts a request's head to HTTP/2.
final class RequestHead {
    /// The characters, besides letters and digits, whose Huffman code takes at most one byte; other
    /// printable ones take two and the rest up to four (RFC 7541, appendix B). The size must be known
    /// since Jetty ends the connection if a head does not fit its buffer.
    private static final String SHORT_CODES = " -./:=%_,;*&";

    private RequestHead() {}

    /// Why the request cannot be sent; `null` if it can.
    static @Nullable String refusal(UpstreamRequest request) {
        @Nullable String refusal = Sendable.refusal(request);
        if (refusal != null) {
            return refusal;
        }
        @Nullable String query = request.query();
        int[] size = {encoded(request.path()) + (query == null ? 0 : encoded(query))};
        request.headers().forEach((name, value) -> size[0] += name.length() + encoded(value) + 32);
        return size[0] > InstanceSession.LARGEST_HEAD - 1_024 ? "The request's head is too large." : null;
    }

    private static int encoded(String value) {
        int length = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean printable = c >= ' ' && c < 0x7f && c != '\\';
            boolean isShort = (printable && Character.isLetterOrDigit(c)) || SHORT_CODES.indexOf(c) >= 0;
            length += isShort ? 1 : printable ? 2 : 4;
        }
        return length;
    }

    /// @param authority for a request without `Host`
    /// @throws RuntimeException by Jetty, if the path or the authority is not valid in a URI
    static MetaData.Request of(UpstreamRequest request, String scheme, String authority) {
        @Nullable String host = request.headers().first("Host");
        @Nullable String query = request.query();
        HttpURI uri = HttpURI.build()
                .scheme(scheme)
                .authority(host == null ? authority : host)
                .pathQuery(query == null ? request.path() : request.path() + "?" + query);
        HttpFields.Mutable fields = fields(request.headers());
        return new MetaData.Request(request.method(), uri, HttpVersion.HTTP_2, fields, length(request));
    }

    /// The fields without `Host`. Jetty drops those that HTTP/2 forbids.
    static HttpFields.Mutable fields(HeaderFields given) {
        HttpFields.Mutable fields = HttpFields.build();
        given.forEach((name, value) -> {
            if (!name.equalsIgnoreCase("Host")) {
                fields.add(name, value);
            }
        });
        return fields;
    }

    private static long length(UpstreamRequest request) {
        return switch (request.body()) {
            case Body.None() -> request.expectsBody() ? 0 : -1;
            case Body.Buffered(byte[] bytes, var trailers) -> trailers.isEmpty() ? bytes.length : -1;
            case Body.Streamed streamed -> streamed.length();
        };
    }
}
