package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.PayloadTooLargeException;
import dev.stringsvc.gateway.client.Problem;
import dev.stringsvc.gateway.grpc.MalformedBase64Exception;
import dev.stringsvc.gateway.grpc.TranscodingException;
import dev.stringsvc.gateway.http.GrpcStatus;
import java.util.List;
import java.util.Map;

/// The problems that the data port answers with.
final class Problems {
    static final Map<String, String> CLOSE = Map.of("Connection", "close");
    static final Map<String, String> RETRY_SOON = Map.of("Retry-After", "1");
    static final Map<String, String> RETRY_SOON_ANEW = Map.of("Retry-After", "1", "Connection", "close");

    private Problems() {}

    /// A problem of a request that no route has taken.
    static Reply.Problem unrouted(int status, String detail, Map<String, String> headers) {
        return new Reply.Problem(Problem.of(status, detail), headers, null, ReplyContext.NO_ROUTE);
    }

    /// A problem with the route's name, without attempts.
    static Reply.Problem of(int status, String detail, Map<String, String> headers, ReplyContext context) {
        return about(Problem.of(status, detail), headers, List.of(), context);
    }

    /// A problem with the route's name and the outcome of each attempt.
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

    /// A JSON request that cannot be made a call.
    static Reply.Problem notCallable(TranscodingException e, ReplyContext context) {
        if (!e.allowed().isEmpty()) {
            return of(405, e.detail(), Map.of("Allow", String.join(", ", e.allowed())), context);
        }
        Problem problem = Problem.of(e.status().httpStatus(), e.detail())
                .withCode(e.status().name(), List.of());
        return about(problem, e.status() == GrpcStatus.UNAVAILABLE ? RETRY_SOON : Map.of(), List.of(), context);
    }

    static Reply.Problem notBase64(ReplyContext context) {
        return of(400, MalformedBase64Exception.DETAIL, CLOSE, context);
    }

    static Reply.Problem tooSlow(ReplyContext context) {
        return of(408, "The body came too slowly.", CLOSE, context);
    }

    static Reply.Problem overloaded(Map<String, String> headers, ReplyContext context) {
        return of(503, "The gateway is at its limit of requests in flight.", headers, context);
    }

    static Reply.Problem shareTaken(String service, Map<String, String> headers, ReplyContext context) {
        return of(
                503,
                "The service is at its limit of requests in flight (services.%s.in-flight).".formatted(service),
                headers,
                context);
    }

    /// The request was ended because its room was given to another.
    static Reply.Problem givenUp(boolean repeatable, ReplyContext context) {
        return of(
                503,
                "The request was ended: the gateway is at its limit of requests in flight, and this client holds"
                        + " more of them than any other."
                        + (repeatable ? "" : " An instance may have acted on it."),
                repeatable ? RETRY_SOON : Map.of(),
                context);
    }

    /// The gateway failed because of a fault of its own.
    static Reply.Problem failed(ReplyContext context) {
        return attempted(500, "The gateway failed to handle the request.", Map.of(), context)
                .because("the gateway failed");
    }
}
