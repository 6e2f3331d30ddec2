package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.route.Token;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which header fields a proxy passes on (RFC 9110, section 7.6.1).
public final class Headers {
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /// What the gateway sets itself on a request, or what speaks of this connection only.
    private static final Set<String> REPLACED = Set.of(
            "host",
            "content-length",
            "expect",
            "x-request-id",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-port",
            "forwarded");

    /// What must stand before the body to mean anything, or to be safe: it is believed, or acted on, by
    /// then (RFC 9110, section 6.5.1).
    private static final Set<String> NEVER_TRAILERS = Set.of(
            "authorization",
            "cookie",
            "set-cookie",
            "www-authenticate",
            "via",
            "content-encoding",
            "content-range",
            "content-type",
            "cache-control",
            "idempotency-key",
            "max-forwards",
            "range");

    /// How the gateway names itself in `Via`.
    private static final String SELF = " gateway";

    private Headers() {}

    /// Whether a client's header goes to the instance.
    ///
    /// @param connection the request's `Connection` header, whose options name further headers to drop
    public static boolean passesUpstream(String name, @Nullable String connection) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !HOP_BY_HOP.contains(lower) && !REPLACED.contains(lower) && !names(connection, lower);
    }

    /// True if a field may follow the body of a client's request.
    ///
    /// @param connection the request's `Connection` header, whose options name further fields to drop
    public static boolean passesAsTrailer(String name, @Nullable String connection) {
        String lower = name.toLowerCase(Locale.ROOT);
        return passesUpstream(name, connection)
                && !NEVER_TRAILERS.contains(lower)
                && !lower.startsWith("x-forwarded-")
                && !lower.startsWith("if-");
    }

    /// True if it is a field that every HTTP can carry: the name is a token, and the value has one
    /// character per byte and no control character but the tabulator (RFC 9110, section 5.5).
    public static boolean isField(String name, String value) {
        return Token.isValid(name) && value.chars().allMatch(c -> (c >= ' ' && c != 0x7f && c <= 0xff) || c == '\t');
    }

    /// Whether an instance's header goes to the client.
    ///
    /// @param connection the response's `Connection` header
    public static boolean passesDownstream(String name, @Nullable String connection) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !HOP_BY_HOP.contains(lower) && !lower.equals("x-request-id") && !names(connection, lower);
    }

    /// All `Connection` headers of a message as one; `null` where it has none.
    public static @Nullable String connection(List<String> values) {
        return switch (values.size()) {
            case 0 -> null;
            case 1 -> values.getFirst();
            default -> String.join(",", values);
        };
    }

    /// What the gateway adds to `Via` (RFC 9110, section 7.6.3).
    ///
    /// @param protocol in which the message was received: `HTTP/1.1`
    public static String via(String protocol) {
        return protocol.startsWith("HTTP/") ? protocol.substring("HTTP/".length()) + SELF : protocol + SELF;
    }

    /// Whether a sender says that it takes trailers.
    ///
    /// @param te its `TE` header
    public static boolean takesTrailers(@Nullable String te) {
        if (te == null) {
            return false;
        }
        for (String coding : te.split(",", -1)) {
            String name = coding.indexOf(';') < 0 ? coding : coding.substring(0, coding.indexOf(';'));
            if (name.strip().equalsIgnoreCase("trailers")) {
                return true;
            }
        }
        return false;
    }

    private static boolean names(@Nullable String connection, String lower) {
        if (connection == null || connection.equalsIgnoreCase("keep-alive") || connection.equalsIgnoreCase("close")) {
            return false;
        }
        for (String option : connection.split(",", -1)) {
            if (option.trim().equalsIgnoreCase(lower)) {
                return true;
            }
        }
        return false;
    }
}
