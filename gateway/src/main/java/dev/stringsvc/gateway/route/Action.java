package dev.stringsvc.gateway.route;

import dev.stringsvc.program.Check;
import dev.stringsvc.program.SettingException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a route does with a request that it takes.
public sealed interface Action {
    /// @throws SettingException when a route of that path cannot have it
    void checkOn(PathPattern path);

    /// Forwards the request to an instance of a service.
    ///
    /// @param preserveHost true if the instance gets the client's `Host` instead of its own
    /// @param requestBody the longest accepted body, in bytes; the gateway's own limit also holds
    /// @param streamRequests true if a request's body is passed on as it arrives, at any rate
    /// @param idempotent true if a request of any method may be sent again although an instance may
    /// have acted on it
    /// @param idempotencyKey true if the same holds for a request with an `Idempotency-Key`
    /// @param attempts the most attempts of one request, the first included
    /// @param deadline from the arrival of the request (a streamed body may still be arriving) to the
    /// head of its answer
    /// @param attemptTimeout the same for one attempt, if another could follow it
    /// @param canary `null` where the route has no canary
    /// @param transcode true if JSON requests become gRPC calls
    record Forward(
            String service,
            PathRewrite rewrite,
            boolean preserveHost,
            long requestBody,
            boolean streamRequests,
            boolean idempotent,
            boolean idempotencyKey,
            int attempts,
            Duration deadline,
            Duration attemptTimeout,
            Balancing balancing,
            @Nullable Canary canary,
            boolean transcode)
            implements Action {
        /// @throws SettingException for a value that is not valid
        public Forward {
            Check.that(!service.isBlank(), "service", "the name of a service");
            Check.that(attempts >= 1 && attempts <= 10, "attempts", "1 to 10");
            Check.that(deadline.isPositive(), "deadline", "more than 0");
            Check.that(
                    attemptTimeout.isPositive() && attemptTimeout.compareTo(deadline) <= 0,
                    "attempt-timeout",
                    "more than 0, and at most the deadline");
        }

        @Override
        public void checkOn(PathPattern path) {
            rewrite.checkOn(path);
        }
    }

    /// Redirects the client.
    ///
    /// @param to the `Location`; may contain `{scheme}`, `{host}`, `{path}`, `{query}` and the path's
    /// variables
    /// @param status 301, 302, 303, 307 or 308
    record Redirect(String to, int status) implements Action {
        private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);

        /// @throws SettingException for a value that is not valid
        public Redirect {
            Check.that(STATUSES.contains(status), "status", "301, 302, 303, 307 or 308");
            Check.that(to.chars().allMatch(c -> c > 0x20 && c < 0x7f) && !to.isEmpty(), "to", "a URL without spaces");
        }

        @Override
        public void checkOn(PathPattern path) {
            Set<String> names = new HashSet<>(Set.of("scheme", "host", "path", "query"));
            names.addAll(path.variables());
            Template.parse(to).checkNames("redirect.to", names);
        }

        /// The `Location` for one request.
        ///
        /// @param scheme `http` or `https`
        /// @param query as the client wrote it, without the question mark; empty where there is none
        public String location(PathPattern pattern, RequestHead request, String scheme, String query) {
            Map<String, String> values = pattern.values(request.path());
            String location = Template.parse(to).fill(name -> switch (name) {
                case "scheme" -> scheme;
                case "host" -> request.host();
                case "path" -> request.path();
                case "query" -> query.isEmpty() ? "" : "?" + query;
                default -> Objects.requireNonNull(values.get(name));
            });
            return to.startsWith("{path}") ? onThisHost(location) : location;
        }

        /// Keeps one of several slashes at the beginning, since two would name another host.
        private static String onThisHost(String path) {
            int slashes = 0;
            while (slashes < path.length() && path.charAt(slashes) == '/') {
                slashes++;
            }
            return "/" + path.substring(slashes);
        }
    }

    /// Answers with a fixed response.
    ///
    /// @param contentType empty for none
    record Respond(int status, String contentType, String body) implements Action {
        /// @throws SettingException for a value that is not valid
        public Respond {
            Check.that(status >= 200 && status <= 599, "status", "200 to 599");
            Check.that(
                    body.isEmpty() || (status != 204 && status != 304),
                    "body",
                    "none, for an answer has none with " + status);
            Check.that(contentType.chars().allMatch(c -> c >= 0x20 && c < 0x7f), "content-type", "a media type");
        }

        @Override
        public void checkOn(PathPattern path) {}
    }
}
