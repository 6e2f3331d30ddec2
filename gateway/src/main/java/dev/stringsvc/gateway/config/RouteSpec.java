package dev.stringsvc.gateway.config;

import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Balancing;
import dev.stringsvc.gateway.route.Canary;
import dev.stringsvc.gateway.route.HeaderEdits;
import dev.stringsvc.gateway.route.HostPattern;
import dev.stringsvc.gateway.route.PathPattern;
import dev.stringsvc.gateway.route.PathRewrite;
import dev.stringsvc.gateway.route.Paths;
import dev.stringsvc.gateway.route.Predicates;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.program.Check;
import dev.stringsvc.program.SettingException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A route as it is written: flat, and complete by what [Layers] lays it over. What all routes leave
/// out is read as a route without a path.
///
/// @param host empty for any
/// @param service empty where it has another action
record RouteSpec(
        String name,
        String host,
        String path,
        boolean exact,
        String paths,
        boolean exclusive,
        List<String> methods,
        Map<String, String> headers,
        String service,
        Optional<Action.Redirect> redirect,
        Optional<Action.Respond> respond,
        String stripPrefix,
        String rewrite,
        boolean preserveHost,
        String balancer,
        Optional<CanarySpec> canary,
        HeaderEdits requestHeaders,
        HeaderEdits responseHeaders,
        ByteSize requestBody,
        boolean streamRequests,
        boolean idempotent,
        boolean idempotencyKey,
        boolean transcode,
        int attempts,
        Duration deadline,
        Duration attemptTimeout) {

    RouteSpec {
        methods = List.copyOf(methods);
        Paths.parse(paths);
        var _ = PathRewrite.parse(stripPrefix, ""); // checks the defaults even if no route uses them
        requestHeaders = requestHeaders.unescaped("request-headers");
        responseHeaders = responseHeaders.unescaped("response-headers");
        balancing(balancer);
        Check.that(methods.stream().allMatch(m -> m.matches("[A-Z]+")), "methods", "methods such as GET or POST");
        Check.that(attempts >= 1 && attempts <= 10, "attempts", "1 to 10");
        Check.that(deadline.isPositive(), "deadline", "more than 0");
        Check.that(attemptTimeout.isPositive(), "attempt-timeout", "more than 0");
    }

    /// Requests that go to instances of another kind, and which instances these are.
    ///
    /// @param header empty for none
    /// @param tag empty for any
    record CanarySpec(Optional<Double> percent, String header, String tag, Map<String, String> meta) {
        CanarySpec {
            var _ = canary(percent, header, tag, meta);
        }

        Canary canary() {
            return canary(percent, header, tag, meta);
        }

        private static Canary canary(Optional<Double> percent, String header, String tag, Map<String, String> meta) {
            return new Canary(
                    percent.orElse(null), header.isEmpty() ? null : header(header), tag.isEmpty() ? null : tag, meta);
        }

        private static Canary.Header header(String text) {
            try {
                return Canary.Header.parse(text);
            } catch (IllegalArgumentException e) {
                throw new SettingException("header", String.valueOf(e.getMessage()), e);
            }
        }
    }

    static Balancing balancing(String text) {
        try {
            return Balancing.parse(text);
        } catch (IllegalArgumentException e) {
            throw new SettingException("balancer", String.valueOf(e.getMessage()), e);
        }
    }

    /// @throws SettingException for a value that is not valid
    Route route() {
        return new Route(
                name,
                new Predicates(
                        Optional.of(host).filter(text -> !text.isEmpty()).map(HostPattern::parse),
                        PathPattern.parse(path, exact).taking(Paths.parse(paths)),
                        methods,
                        headers),
                requestHeaders,
                responseHeaders,
                action(),
                exclusive);
    }

    private Action action() {
        long given = Stream.of(!service.isEmpty(), redirect.isPresent(), respond.isPresent())
                .filter(is -> is)
                .count();
        if (given == 0) {
            throw new SettingException("service", "must be given (or redirect, or respond)");
        }
        if (given > 1) {
            throw new SettingException("service", "expected one of service, redirect and respond");
        }
        if (redirect.isPresent()) {
            return redirect.get();
        }
        if (respond.isPresent()) {
            return respond.get();
        }
        return new Action.Forward(
                service,
                PathRewrite.parse(stripPrefix, rewrite),
                preserveHost,
                requestBody.bytes(),
                streamRequests,
                idempotent,
                idempotencyKey,
                attempts,
                deadline,
                attemptTimeout,
                balancing(balancer),
                canary.map(CanarySpec::canary).orElse(null),
                transcode);
    }
}
