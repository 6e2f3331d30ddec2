package dev.stringsvc.gateway.admin;

import dev.stringsvc.gateway.client.Problem;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/// Answers a request that does not get as far as the admin port's routes.
final class ProblemResponse {
    private ProblemResponse() {}

    static void write(Response response, Callback callback, int status, String detail) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
        response.write(true, ByteBuffer.wrap(Problem.of(status, detail).json()), callback);
    }
}
