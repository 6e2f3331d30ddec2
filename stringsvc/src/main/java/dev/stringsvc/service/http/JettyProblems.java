package dev.stringsvc.service.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// Gives the errors that Jetty finds before a route is chosen (a malformed request, headers that are
/// too large) the same form as all others: RFC 9457.
final class JettyProblems extends ErrorHandler {
    /// The path that Jetty reports if it could not read one.
    private static final String UNREADABLE = "/badMessage";

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
        byte[] bytes = Json.bytes(Problem.of(code, detail(code), path(request)));
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        response.write(true, ByteBuffer.wrap(bytes), callback);
    }

    private static @Nullable String path(Request request) {
        @Nullable String path = request.getHttpURI().getPath();
        return UNREADABLE.equals(path) ? null : path;
    }

    private static String detail(int code) {
        return switch (code) {
            case 400 -> "This is not a valid HTTP/1.1 request.";
            case 404 -> "There is nothing at this path.";
            case 408 -> "The request arrived too slowly.";
            case 414 -> "The path and query of the request are too long.";
            case 417 -> "The service does not support this Expect header.";
            case 426, 505 -> "The service supports HTTP/1.1 only.";
            case 431 -> "The headers of the request are larger than 8 KiB.";
            case 501 -> "The service does not know this request method.";
            default -> code < 500 ? "The request cannot be served." : "The service failed to answer this request.";
        };
    }
}
