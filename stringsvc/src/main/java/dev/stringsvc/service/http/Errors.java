package dev.stringsvc.service.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.http.NotFoundResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns errors outside the three calls into problems (RFC 9457): unknown paths, wrong methods,
/// failures.
final class Errors {
    private static final Logger LOG = LoggerFactory.getLogger(Errors.class);
    private static final String FAILED = "The service failed to answer this request.";

    private Errors() {}

    static void addTo(JavalinConfig config) {
        config.routes.exception(
                NotFoundResponse.class, (e, ctx) -> Problem.answer(ctx, 404, "There is nothing at this path."));
        config.routes.exception(MethodNotAllowedResponse.class, (e, ctx) -> {
            String allow = allow(e);
            ctx.header("Allow", allow);
            Problem.answer(ctx, 405, "This path does not accept " + ctx.method() + ", only " + allow + ".");
        });
        config.routes.exception(
                HttpResponseException.class,
                (e, ctx) -> Problem.answer(ctx, e.getStatus(), "The request cannot be served."));
        config.routes.exception(Exception.class, (e, ctx) -> {
            LOG.error("failed to answer {} {}", ctx.method(), ctx.path(), e);
            Problem.answer(ctx, 500, FAILED);
        });
        config.router.javaLangErrorHandler(Errors::answer);
    }

    /// Javalin gives the allowed methods as the only detail. Its name depends on the Accept header, so
    /// the value is read by position.
    private static String allow(MethodNotAllowedResponse e) {
        return e.getDetails().values().stream()
                .flatMap(methods -> Stream.of(methods.split(", ", -1)))
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static void answer(HttpServletResponse response, Error error) {
        LOG.error("failed to answer a request", error);
        try {
            response.setStatus(500);
            response.setContentType(Problem.CONTENT_TYPE);
            response.getOutputStream().write(Json.bytes(Problem.of(500, FAILED, null)));
        } catch (IOException e) {
            LOG.error("failed to send the error to the caller", e);
        }
    }
}
