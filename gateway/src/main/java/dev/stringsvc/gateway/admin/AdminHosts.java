package dev.stringsvc.gateway.admin;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// Accepts a request only if its `Host` is missing, an address, `localhost` or one of the configured
/// names, with any port; others get 421. Otherwise a web page could make its own name resolve to this
/// machine and then read from a browser what the port shows. Thread-safe.
final class AdminHosts extends Handler.Wrapper {
    private static final int MISDIRECTED = 421;

    private final Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

    /// @param names without ports; in any case
    AdminHosts(List<String> names, Handler handler) {
        super(handler);
        this.names.add("localhost");
        this.names.addAll(names);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (answers(hostOf(request))) {
            return super.handle(request, response, callback);
        }
        ProblemResponse.write(
                response,
                callback,
                MISDIRECTED,
                "The admin port does not answer to this Host; admin.hosts lists the accepted names.");
        return true;
    }

    /// The host and port that the client names; over HTTP/2 that is `:authority`.
    static @Nullable String hostOf(Request request) {
        @Nullable String host = request.getHeaders().get(HttpHeader.HOST);
        return host == null ? request.getHttpURI().getAuthority() : host;
    }

    /// @param host as the request gives it, with or without a port
    boolean answers(@Nullable String host) {
        if (host == null || host.isEmpty()) {
            return true;
        }
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            return end > 0 && isPortOrNone(host.substring(end + 1)) && isAddress(host.substring(1, end));
        }
        int colon = host.indexOf(':');
        String name = colon < 0 ? host : host.substring(0, colon);
        return isPortOrNone(colon < 0 ? "" : host.substring(colon))
                && (isAddress(name)
                        || names.contains(name.endsWith(".") ? name.substring(0, name.length() - 1) : name));
    }

    private static boolean isPortOrNone(String text) {
        return text.isEmpty()
                || (text.charAt(0) == ':' && text.substring(1).chars().allMatch(c -> c >= '0' && c <= '9'));
    }

    private static boolean isAddress(String text) {
        boolean dotted = text.chars().filter(c -> c == '.').count() == 3
                && text.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        if (!dotted && text.indexOf(':') < 0) {
            return false;
        }
        try {
            InetAddress _ = InetAddress.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
