package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.http.Headers;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/// The gateway's name in `Via` (RFC 9110, section 7.6.3), by which it recognises a request that it has
/// already passed on. Each start makes a new name; instances see it, clients do not. Thread-safe.
final class Via {
    /// How many gateways a request may have passed.
    static final int MOST_GATEWAYS = 20;

    private static final int TOKEN_BYTES = 8;

    private final String token;
    private final String http11;
    private final String http2;

    Via(String token) {
        this.token = token;
        this.http11 = Headers.via("HTTP/1.1") + token;
        this.http2 = Headers.via("HTTP/2.0") + token;
    }

    static Via random() {
        var bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return new Via("-" + HexFormat.of().formatHex(bytes));
    }

    /// The entry that is added to a request's `Via`.
    ///
    /// @param protocol of the request, for example `HTTP/1.1`
    String of(String protocol) {
        return switch (protocol) {
            case "HTTP/1.1" -> http11;
            case "HTTP/2.0" -> http2;
            default -> Headers.via(protocol) + token;
        };
    }

    /// Describes a request loop in a sentence for the client; `null` where there is none.
    @Nullable
    String loop(HttpFields given) {
        if (!given.contains(HttpHeader.VIA)) {
            return null;
        }
        int gateways = 0;
        List<String> values = given.getValuesList(HttpHeader.VIA);
        for (String value : values) {
            if (value.contains(token)) {
                return "The request has passed this gateway before: an instance has sent it back.";
            }
            gateways += entries(value);
        }
        return gateways > MOST_GATEWAYS
                ? "The request has passed more than " + MOST_GATEWAYS + " gateways, according to its Via."
                : null;
    }

    /// A comment in parentheses may hold commas, and other parentheses.
    private static int entries(String value) {
        int depth = 0;
        int entries = 0;
        boolean blank = true;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == ',' && depth == 0) {
                blank = true;
            } else if (c != ' ' && c != '\t' && blank) {
                blank = false;
                entries++;
            }
            if (c == '(') {
                depth++;
            } else if (c == ')' && depth > 0) {
                depth--;
            } else if (c == '\\' && depth > 0) {
                i++;
            }
        }
        return entries;
    }
}
