package dev.stringsvc.gateway.route;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The parts of a request that the route table looks at.
///
/// @param host in lower case, without a port, IPv6 in brackets; empty where the request has none
/// @param path absolute, percent-encoded, without the query
/// @param headers returns the values of a header, in order; names in any case
public record RequestHead(String method, String host, String path, Function<String, List<String>> headers) {
    /// @param authority the value of `Host`: a host, with or without a port
    public static RequestHead of(
            String method, @Nullable String authority, String path, Function<String, List<String>> headers) {
        return new RequestHead(method, authority == null ? "" : hostOf(authority), path, headers);
    }

    /// A host without its port, in lower case.
    static String hostOf(String authority) {
        int colon = authority.lastIndexOf(':');
        boolean port = colon >= 0 && colon > authority.lastIndexOf(']');
        String host = port ? authority.substring(0, colon) : authority;
        return (host.endsWith(".") ? host.substring(0, host.length() - 1) : host).toLowerCase(Locale.ROOT);
    }

    /// The same request with another path.
    public RequestHead at(String path) {
        return path.equals(this.path) ? this : new RequestHead(method, host, path, headers);
    }

    List<String> header(String name) {
        return headers.apply(name);
    }
}
