package dev.stringsvc.gateway.client;

import dev.stringsvc.gateway.http.GrpcCall;
import dev.stringsvc.gateway.http.GrpcWeb;
import dev.stringsvc.program.FailStop;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// Answers requests that Jetty refuses before a handler sees them, such as malformed ones, with a
/// problem. It closes their connection and reports them to the listener. Thread-safe.
public final class ProblemErrorHandler extends ErrorHandler {
    private final Exchange.Listener listener;

    public ProblemErrorHandler(Exchange.Listener listener) {
        this.listener = listener;
    }

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
        if (cause != null) {
            FailStop.check("answering a request failed", cause);
        }
        String detail = detail(code);
        String requestId = RequestId.of(request.getHeaders().get(RequestId.HEADER));
        Problem problem = Problem.of(code, detail).inRequest(requestId);
        @Nullable String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
        @Nullable GrpcWeb web = GrpcWeb.of(type, request.getHeaders().get(HttpHeader.ACCEPT));
        boolean call = web != null || GrpcCall.isContentType(type);
        byte[] body = call ? new byte[0] : problem.json();
        response.getHeaders()
                .put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE)
                .put(HttpHeader.CONNECTION, "close")
                .put(RequestId.HEADER, requestId);
        if (call) {
            response.setStatus(200);
            GrpcProblem.put(problem, web, response.getHeaders());
        }
        response.write(true, ByteBuffer.wrap(body), callback);
        listener.finished(Exchange.refused(
                request.getMethod(),
                String.valueOf(request.getHttpURI().getPath()),
                code,
                body.length,
                Duration.ofNanos(System.nanoTime() - request.getBeginNanoTime()),
                requestId,
                detail));
    }

    private static String detail(int code) {
        return switch (code) {
            case 404 -> "No route takes this path.";
            case 413 -> "The body is longer than the limit.";
            case 414 -> "The request target is longer than the limit.";
            case 431 -> "The header block is longer than the limit.";
            default ->
                code < 500
                        ? "The request is not valid HTTP, or its path is ambiguous."
                        : "The gateway cannot handle this request.";
        };
    }
}
