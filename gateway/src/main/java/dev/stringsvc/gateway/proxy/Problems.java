package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.PayloadTooLargeException;
import dev.stringsvc.gateway.client.Problem;
import java.util.List;
import java.util.Map;

/// The problems that the data port answers with.
final class Problems {
    static final Map<String, String> CLOSE = Map.of("Connection", "close");
    static final Map<String, String> RETRY_SOON = Map.of("Retry-After", "1");
    static final Map<String, String> RETRY_SOON_ANEW = Map.of("Retry-After", "1", "Connection", "close");

    private Problems() {}

    /// A request that no route has taken.
    static Reply.Problem unrouted(int status, String detail, Map<String, String> headers) {
        return new Reply.Problem(Problem.of(status, detail), headers, null, ReplyContext.NO_ROUTE);
    }

    /// With the name of the route, and no attempts.
    static Reply.Problem of(int status, String detail, Map<String, String> headers, ReplyContext context) {
        return about(Problem.of(status, detail), headers, List.of(), context);
    }

    /// With the name of the route and what came of each attempt.
    static Reply.Problem attempted(int status, String detail, Map<String, String> headers, ReplyContext context) {
        return about(Problem.of(status, detail), headers, context.outcomes(), context);
    }

    private static Reply.Problem about(
            Problem problem, Map<String, String> headers, List<String> outcomes, ReplyContext context) {
        return new Reply.Problem(
                context.route() == null ? problem : problem.onRoute(context.route(), outcomes), headers, null, context);
    }

    static Reply.Problem tooLarge(PayloadTooLargeException e, ReplyContext context) {
        return of(413, "The body is longer than " + e.most + " bytes.", CLOSE, context);
    }

    static Reply.Problem tooSlow(ReplyContext context) {
        return of(408, "The body came too slowly.", CLOSE, context);
    }

    static Reply.Problem overloaded(Map<String, String> headers, ReplyContext context) {
        return of(503, "The gateway has as many requests in hand as it takes.", headers, context);
    }

    static Reply.Problem shareTaken(String service, Map<String, String> headers, ReplyContext context) {
        return of(
                503,
                "The service has as many requests in hand as it may hold (services.%s.in-flight).".formatted(service),
                headers,
                context);
    }

    /// Another request has its room now.
    static Reply.Problem givenUp(boolean repeatable, ReplyContext context) {
        return of(
                503,
                "The request was given up: the gateway has as many requests in hand as it takes, and its client holds"
                        + " more of them than any other."
                        + (repeatable ? "" : " An instance may have acted on it."),
                repeatable ? RETRY_SOON : Map.of(),
                context);
    }

    /// The gateway itself failed.
    static Reply.Problem failed(ReplyContext context) {
        return attempted(500, "The gateway failed to handle the request.", Map.of(), context)
                .because("the gateway failed");
    }
}
