package dev.stringsvc.gateway.config;

import dev.stringsvc.gateway.route.HeaderEdits;
import dev.stringsvc.gateway.route.Paths;
import java.time.Duration;
import java.util.List;

/// What a route leaves out. Bound only to find what is not valid in it; [ConfigLoader] lays routes over its tree.
record RouteDefaults(
        List<String> methods,
        String paths,
        String stripPrefix,
        boolean preserveHost,
        String balancer,
        HeaderEdits requestHeaders,
        HeaderEdits responseHeaders,
        ByteSize requestBody,
        boolean streamRequests,
        boolean idempotent,
        boolean idempotencyKey,
        int attempts,
        Duration deadline,
        Duration attemptTimeout) {
    RouteDefaults {
        methods = List.copyOf(methods);
        Paths.parse(paths);
        RouteSpec.balancing(balancer);
        Check.that(methods.stream().allMatch(m -> m.matches("[A-Z]+")), "methods", "methods such as GET or POST");
        Check.that(attempts >= 1 && attempts <= 10, "attempts", "1 to 10");
        Check.that(deadline.isPositive(), "deadline", "more than 0");
        Check.that(attemptTimeout.isPositive(), "attempt-timeout", "more than 0");
    }
}
