package dev.stringsvc.gateway.route;

import java.time.Duration;
import java.util.List;

/// Which requests go to which service, and what they may cost.
///
/// @param name unique; in answers, logs and metrics
/// @param path an absolute path; matches itself and everything below it, segment by segment
/// @param methods the allowed methods, upper case; empty allows all
/// @param stripPrefix removed from the front of the path before it goes upstream; empty removes nothing
/// @param idempotent whether a request may be sent again although an instance may have acted on it, whatever its
/// method
/// @param idempotencyKey whether the same is true of a request that bears an `Idempotency-Key`
/// @param attempts the most attempts of one request, the first included
/// @param deadline from when the request is here (without the rest of a body that is streamed) to the head of its
/// answer
/// @param attemptTimeout the same for one attempt that another could follow
public record Route(
        String name,
        String path,
        List<String> methods,
        String service,
        String stripPrefix,
        boolean idempotent,
        boolean idempotencyKey,
        int attempts,
        Duration deadline,
        Duration attemptTimeout) {
    /// @throws IllegalArgumentException whose message is the key, a colon, and what was expected
    public Route {
        methods = List.copyOf(methods);
        check(!name.isBlank(), "name", "a name");
        check(path.startsWith("/") && !path.contains("?"), "path", "an absolute path such as /stringsvc");
        check(methods.stream().allMatch(method -> method.matches("[A-Z]+")), "methods", "methods such as GET or POST");
        check(!service.isBlank(), "service", "the name of a service");
        check(isParent(stripPrefix, path), "strip-prefix", "the path '" + path + "' or a parent of it");
        check(attempts >= 1 && attempts <= 10, "attempts", "1 to 10");
        check(deadline.isPositive(), "deadline", "more than 0");
        check(
                attemptTimeout.isPositive() && attemptTimeout.compareTo(deadline) <= 0,
                "attempt-timeout",
                "more than 0, and at most the deadline");
    }

    private static void check(boolean valid, String key, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(key + ": expected " + expected);
        }
    }

    private static boolean isParent(String prefix, String path) {
        return path.startsWith(prefix)
                && (prefix.isEmpty()
                        || prefix.length() == path.length()
                        || prefix.endsWith("/")
                        || path.charAt(prefix.length()) == '/');
    }

    /// The path to ask the instance for.
    ///
    /// @param requestPath a path that this route matched
    public String upstreamPath(String requestPath) {
        if (stripPrefix.isEmpty()) {
            return requestPath;
        }
        String rest = requestPath.substring(Math.min(stripPrefix.length(), requestPath.length()));
        return rest.isEmpty() || rest.charAt(0) != '/' ? "/" + rest : rest;
    }

    /// Whether the method is one the route takes.
    public boolean allows(String method) {
        return methods.isEmpty() || methods.contains(method);
    }
}
