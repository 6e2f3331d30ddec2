package dev.stringsvc.gateway.http;

/// Fields by which proxies tell an instance who the client is and what it asked for. An instance may
/// believe them, so only a trusted proxy may send them.
///
/// CGI, WSGI and others can't tell `X_Forwarded_For` from `X-Forwarded-For`. A proxy that drops one
/// spelling may pass on the other as its client wrote it. So the spellings with `_` are dropped from
/// every client.
public final class ClientFields {
    private static final String FORWARDED = "x-forwarded";

    private ClientFields() {}

    /// True if a field of this name may go to an instance.
    ///
    /// @param trusted true if the client is a trusted proxy
    public static boolean passes(String name, boolean trusted) {
        return matches(name) ? trusted && name.indexOf('_') < 0 : !isMisspelledRequestId(name);
    }

    /// True for other spellings of the request id's header. The gateway sets the id, and no second one
    /// may go with it.
    private static boolean isMisspelledRequestId(String name) {
        return name.indexOf('_') >= 0 && is(name, "x-request-id");
    }

    /// True if a field of this name, in any case and with `_` for `-`, says who the client is or what
    /// it asked for.
    static boolean matches(String name) {
        if (name.length() < 9) {
            return false;
        }
        return switch (name.charAt(0)) {
            case 'x', 'X' -> isForwarded(name) || isExtension(name);
            case 'c', 'C' -> is(name, "client-ip") || is(name, "cf-connecting-ip") || is(name, "cf-connecting-ipv6");
            case 'f', 'F' -> is(name, "forwarded-for") || is(name, "fastly-client-ip");
            case 'p', 'P' -> is(name, "proxy-client-ip");
            case 't', 'T' -> is(name, "true-client-ip");
            case 'w', 'W' -> is(name, "wl-proxy-client-ip");
            default -> false;
        };
    }

    private static boolean isForwarded(String name) {
        int end = FORWARDED.length();
        return begins(name, FORWARDED) && (name.length() == end || name.charAt(end) == '-' || name.charAt(end) == '_');
    }

    /// Switches on the length of the name first, to save comparisons.
    private static boolean isExtension(String name) {
        return switch (name.length()) {
            case 9 -> is(name, "x-real-ip");
            case 11 -> is(name, "x-client-ip") || is(name, "x-remote-ip");
            case 13 -> is(name, "x-remote-addr") || is(name, "x-rewrite-url");
            case 14 -> is(name, "x-original-url") || is(name, "x-original-uri");
            case 15 -> is(name, "x-original-host");
            case 16 -> is(name, "x-azure-clientip") || is(name, "x-originating-ip");
            case 19 -> is(name, "x-cluster-client-ip");
            case 24 -> is(name, "x-original-forwarded-for") || is(name, "x-envoy-external-address");
            default -> false;
        };
    }

    private static boolean is(String name, String lower) {
        return name.length() == lower.length() && begins(name, lower);
    }

    private static boolean begins(String name, String lower) {
        if (name.length() < lower.length()) {
            return false;
        }
        for (int i = 0; i < lower.length(); i++) {
            char c = name.charAt(i);
            char expected = lower.charAt(i);
            boolean same = c == expected
                    || (c == '_' && expected == '-')
                    || (c >= 'A' && c <= 'Z' && c + ('a' - 'A') == expected);
            if (!same) {
                return false;
            }
        }
        return true;
    }
}
