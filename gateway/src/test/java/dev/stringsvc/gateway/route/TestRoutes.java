package dev.stringsvc.gateway.route;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Routes for tests; each test states only what matters to it.
public final class TestRoutes {
    private TestRoutes() {}

    /// Three attempts within three seconds, none longer than one second if another may follow.
    public static Action.Forward forward(String service, boolean idempotent, boolean idempotencyKey) {
        return forward(service, idempotent, idempotencyKey, 3, Duration.ofSeconds(3));
    }

    /// No attempt longer than one second if another may follow.
    public static Action.Forward forward(
            String service, boolean idempotent, boolean idempotencyKey, int attempts, Duration deadline) {
        return new Action.Forward(
                service,
                PathRewrite.NONE,
                false,
                Long.MAX_VALUE,
                false,
                idempotent,
                idempotencyKey,
                attempts,
                deadline,
                Duration.ofSeconds(1),
                new Balancing.RoundRobin(),
                null,
                false);
    }

    /// Idempotent, three attempts.
    public static Action.Forward balanced(
            String service, Balancing balancing, @Nullable Canary canary, Duration attemptTimeout) {
        return new Action.Forward(
                service,
                PathRewrite.NONE,
                false,
                Long.MAX_VALUE,
                false,
                true,
                false,
                3,
                attemptTimeout.multipliedBy(3),
                attemptTimeout,
                balancing,
                canary,
                false);
    }

    static Route route(
            String name, String host, String path, boolean exact, List<String> methods, Map<String, String> headers) {
        return new Route(
                name,
                new Predicates(
                        Optional.of(host).filter(text -> !text.isEmpty()).map(HostPattern::parse),
                        PathPattern.parse(path, exact),
                        methods,
                        headers),
                HeaderEdits.NONE,
                HeaderEdits.NONE,
                forward("s", false, false));
    }

    static Route route(String name, String path, String... methods) {
        return route(name, "", path, false, List.of(methods), Map.of());
    }

    /// A request without a host and headers.
    public static RequestHead request(String method, String path) {
        return RequestHead.of(method, null, path, name -> List.of());
    }
}
