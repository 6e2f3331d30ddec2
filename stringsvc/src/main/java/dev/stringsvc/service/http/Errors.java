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

/// Turns what goes wrong around the routes into problems.
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
            Problem.answer(ctx, 405, "This path can't be asked with " + ctx.method() + ", only with " + allow + ".");
        });
        config.routes.exception(
                HttpResponseException.class,
                (e, ctx) -> Problem.answer(ctx, e.getStatus(), "The request can't be served."));
        config.routes.exception(Exception.class, (e, ctx) -> {
            LOG.error("cannot answer {} {}", ctx.method(), ctx.path(), e);
            Problem.answer(ctx, 500, FAILED);
        });
        config.router.javaLangErrorHandler(Errors::answer);
    }

    /// Javalin hands over the methods as the one detail, under a name that depends on what the caller accepts.
    private static String allow(MethodNotAllowedResponse e) {
        return e.getDetails().values().stream()
                .flatMap(methods -> Stream.of(methods.split(", ", -1)))
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static void answer(HttpServletResponse response, Error error) {
        LOG.error("cannot answer a request", error);
        try {
            response.setStatus(500);
            response.setContentType(Problem.CONTENT_TYPE);
            response.getOutputStream().write(Json.bytes(Problem.of(500, FAILED, null)));
        } catch (IOException e) {
            LOG.error("cannot tell the caller either", e);
        }
    }
}
