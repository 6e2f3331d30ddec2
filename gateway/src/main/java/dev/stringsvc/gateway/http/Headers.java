package dev.stringsvc.gateway.http;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which header fields a proxy passes on (RFC 9110, section 7.6.1).
public final class Headers {
    private static final Set<String> HOP_BY_HOP = names(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /// Fields that the gateway sets itself on a request, or that concern this connection only.
    private static final Set<String> REPLACED = names(
            "host",
            "content-length",
            "expect",
            "x-request-id",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-port",
            "x-forwarded-prefix",
            "forwarded");

    /// Fields that must come before the body, because they are acted on by then or would be unsafe
    /// after it (RFC 9110, section 6.5.1).
    private static final Set<String> NEVER_TRAILERS = names(
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

    /// The gateway's name in the `Via` that clients see.
    private static final String SELF = " gateway";

    private Headers() {}

    /// A set that ignores case without making a copy in lower case.
    private static Set<String> names(String... names) {
        Set<String> all = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        all.addAll(List.of(names));
        return all;
    }

    /// True if a client's header goes to the instance.
    ///
    /// @param connection the request's `Connection` header, whose options name further headers to drop
    public static boolean passesUpstream(String name, @Nullable String connection) {
        return !HOP_BY_HOP.contains(name) && !REPLACED.contains(name) && !isNamed(connection, name);
    }

    /// True if a field may follow the body of a client's request.
    ///
    /// @param connection the request's `Connection` header, whose options name further fields to drop
    public static boolean passesAsTrailer(String name, @Nullable String connection) {
        String lower = name.toLowerCase(Locale.ROOT);
        return passesUpstream(name, connection)
                && !NEVER_TRAILERS.contains(lower)
                && ClientFields.passes(name, false)
                && !lower.startsWith("if-");
    }

    /// True if an instance's header goes to the client.
    ///
    /// @param connection the response's `Connection` header
    public static boolean passesDownstream(String name, @Nullable String connection) {
        return !HOP_BY_HOP.contains(name) && !name.equalsIgnoreCase("X-Request-Id") && !isNamed(connection, name);
    }

    /// All `Connection` headers of a message as one; `null` where it has none.
    public static @Nullable String connection(List<String> values) {
        return switch (values.size()) {
            case 0 -> null;
            case 1 -> values.getFirst();
            default -> String.join(",", values);
        };
    }

    /// The entry that the gateway adds to `Via` (RFC 9110, section 7.6.3).
    ///
    /// @param protocol of the received message, for example `HTTP/1.1`
    public static String via(String protocol) {
        return protocol.startsWith("HTTP/") ? protocol.substring("HTTP/".length()) + SELF : protocol + SELF;
    }

    /// True if a sender accepts trailers.
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

    private static boolean isNamed(@Nullable String connection, String name) {
        if (connection == null || connection.equalsIgnoreCase("keep-alive") || connection.equalsIgnoreCase("close")) {
            return false;
        }
        for (String option : connection.split(",", -1)) {
            if (option.trim().equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }
}
