package dev.stringsvc.examples.http;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.http.NotFoundResponse;
import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An error in the format of RFC 9457.
///
/// @param detail a sentence for a person
/// @param more   further members, for programs
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @JsonAnyGetter Map<String, String> more) {
    private static final Logger LOG = LoggerFactory.getLogger(Problem.class);
    private static final String CONTENT_TYPE = "application/problem+json";
    private static final String REFUSED = "The request cannot be served.";
    private static final String FAILED = "The service failed to answer this request.";

    private static Problem of(int status, String detail, Map<String, String> more) {
        return new Problem("about:blank", HttpStatus.getMessage(status), status, detail, more);
    }

    public static void answer(Context ctx, int status, String detail) {
        answer(ctx, status, detail, Map.of());
    }

    /// @param more further members, for programs
    public static void answer(Context ctx, int status, String detail, Map<String, String> more) {
        ctx.status(status);
        Json.answer(ctx, CONTENT_TYPE, of(status, detail, more));
    }

    /// Gives this format to Javalin's own errors.
    static void answerErrors(JavalinConfig config) {
        config.routes.exception(NotFoundResponse.class, (e, ctx) -> answer(ctx, 404, "There is nothing at this path."));
        config.routes.exception(
                MethodNotAllowedResponse.class,
                (e, ctx) -> answer(ctx, 405, "This path does not accept " + ctx.method() + "."));
        config.routes.exception(HttpResponseException.class, (e, ctx) -> answer(ctx, e.getStatus(), REFUSED));
        config.routes.exception(Exception.class, (e, ctx) -> {
            LOG.error("failed to answer {} {}", ctx.method(), ctx.path(), e);
            answer(ctx, 500, FAILED);
        });
    }

    /// Gives this format to errors that Jetty finds before Javalin is asked, such as malformed
    /// requests.
    static ErrorHandler handler() {
        return new ErrorHandler() {
            @Override
            public boolean errorPageForMethod(String method) {
                return true;
            }

            @Override
            protected void generateResponse(
                    Request request,
                    Response response,
                    int code,
                    @Nullable String message,
                    @Nullable Throwable cause,
                    Callback callback) {
                byte[] bytes = Json.bytes(of(code, code < 500 ? REFUSED : FAILED, Map.of()));
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, CONTENT_TYPE);
                response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
                response.write(true, ByteBuffer.wrap(bytes), callback);
            }
        };
    }
}
