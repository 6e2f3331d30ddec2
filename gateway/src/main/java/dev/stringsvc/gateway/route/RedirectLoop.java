package dev.stringsvc.gateway.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Finds a redirect that leads back to its own route, which would make clients ask again and again.
///
/// It follows sample requests of the route through the table, so what it finds is certain. It does not
/// look at targets on other hosts, nor at absolute URLs: the gateway does not know which scheme and port
/// its clients see. It does not look at redirects that change cookies either: the next request has
/// other headers, and another route may take it.
public final class RedirectLoop {
    /// The most redirects that are followed. Browsers give up after 20.
    private static final int MOST_STEPS = 20;

    /// In characters. A target that repeats the path grows with each redirect; without this limit, a
    /// few redirects would fill the memory.
    private static final int LONGEST_PATH = 8_192;

    private static final String ANY_SEGMENT = "x";

    private RedirectLoop() {}

    /// What is wrong with a route's redirect, in words; empty if nothing is.
    public static Optional<String> of(Route route, RouteTable table) {
        return route.action() instanceof Action.Redirect redirect && !changesCookies(route)
                ? samples(route.predicates()).stream()
                        .flatMap(sample -> loop(route, redirect, sample, table).stream())
                        .findFirst()
                : Optional.empty();
    }

    private static boolean changesCookies(Route route) {
        Map<String, String> set = route.responseHeaders().set();
        return set.containsKey("Set-Cookie") || set.containsKey("Clear-Site-Data");
    }

    private static Optional<String> loop(Route route, Action.Redirect redirect, RequestHead sample, RouteTable table) {
        @Nullable RequestHead request = sample;
        @Nullable RequestHead second = null;
        for (int i = 0; i < MOST_STEPS; i++) {
            if (request.path().length() > LONGEST_PATH) {
                if (i < 2) {
                    return Optional.empty(); // the route has not taken its own target yet
                }
                break;
            }
            @Nullable RequestHead taken = taken(route, request, table);
            if (taken == null) {
                return Optional.empty();
            }
            request = next(route, redirect, taken);
            if (request == null) {
                return Optional.empty();
            }
            second = second == null ? request : second;
        }
        return Optional.of(
                "expected a target that this route does not take itself: it redirects %s to %s, and takes that again"
                        .formatted(sample.path(), second == null ? "" : second.path()));
    }

    /// The request as the route takes it; `null` if another route takes it, or none.
    private static @Nullable RequestHead taken(Route route, RequestHead request, RouteTable table) {
        return Reading.of(table, request) instanceof Reading.Valid(var head, var _, Match.Found(Route found))
                        && found.equals(route)
                ? head
                : null;
    }

    /// The request that follows a redirect; `null` if it may go elsewhere.
    private static @Nullable RequestHead next(Route route, Action.Redirect redirect, RequestHead request) {
        String location = redirect.location(route.predicates().path(), request, "http", "");
        @Nullable String path = resolved(request.path(), location.substring(0, endOfPath(location)));
        if (path == null) {
            return null;
        }
        boolean sameMethod = redirect.status() == 307
                || redirect.status() == 308
                || request.method().equals("HEAD");
        return new RequestHead(sameMethod ? request.method() : "GET", request.host(), path, request.headers());
    }

    /// The path that a client asks for next (RFC 3986, section 5.2); `null` for an absolute URL or
    /// another host.
    ///
    /// @param reference without query and fragment
    private static @Nullable String resolved(String path, String reference) {
        if (reference.isEmpty()) {
            return path;
        }
        if (reference.startsWith("/")) {
            return reference.startsWith("//") ? null : reference;
        }
        int slash = reference.indexOf('/');
        boolean scheme =
                reference.substring(0, slash < 0 ? reference.length() : slash).indexOf(':') >= 0;
        return scheme ? null : path.substring(0, path.lastIndexOf('/') + 1) + reference;
    }

    private static int endOfPath(String location) {
        for (int i = 0; i < location.length(); i++) {
            if (location.charAt(i) == '?' || location.charAt(i) == '#') {
                return i;
            }
        }
        return location.length();
    }

    private static List<RequestHead> samples(Predicates predicates) {
        String host = predicates.host().map(RedirectLoop::host).orElse("");
        List<String> methods = predicates.methods().isEmpty() ? List.of("GET", "POST") : predicates.methods();
        List<RequestHead> samples = new ArrayList<>();
        for (String path : paths(predicates.path())) {
            for (String method : methods) {
                samples.add(new RequestHead(method, host, path, headers(predicates.headers())));
            }
        }
        return samples;
    }

    private static String host(HostPattern host) {
        return host.isWildcard() ? ANY_SEGMENT + host.name() : host.name();
    }

    private static List<String> paths(PathPattern pattern) {
        var path = new StringBuilder();
        pattern.segments().forEach(segment -> path.append('/').append(segment.startsWith("{") ? ANY_SEGMENT : segment));
        String itself = path.isEmpty() ? "/" : path.toString();
        return pattern.exact() ? List.of(itself) : List.of(itself, path + "/" + ANY_SEGMENT);
    }

    private static Function<String, List<String>> headers(Map<String, String> required) {
        return name -> {
            @Nullable String value = required.get(name);
            return value == null ? List.of() : List.of(value.equals(Predicates.ANY) ? ANY_SEGMENT : value);
        };
    }
}
