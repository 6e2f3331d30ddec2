package dev.stringsvc.gateway.transport;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.List;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/// Stands between OkHttp and the connection. Refuses a kept connection that has died, and takes back what
/// OkHttp does for its own users: its `User-Agent` where the client sent none, its sending again of what
/// was answered with 503 and
/// `Retry-After: 0`, its refusal of a 407 that no proxy has sent. Does not believe an answer whose end is
/// in doubt.
final class PassThrough implements Interceptor {
    /// A status that OkHttp does nothing about.
    private static final int INERT = 500;

    @Override
    public Response intercept(Chain chain) throws IOException {
        Request request = chain.request();
        @Nullable AttemptTrace trace = request.tag(AttemptTrace.class);
        if (trace == null) {
            return chain.proceed(request);
        }
        trace.requireFreshConnection(!"close".equalsIgnoreCase(request.header("Connection")));
        if (!trace.userAgentGiven()) {
            request = request.newBuilder().removeHeader("User-Agent").build();
        }
        if (request.header("TE") != null && "Keep-Alive".equals(request.header("Connection"))) {
            // TE speaks of this connection only, and says so.
            request =
                    request.newBuilder().header("Connection", "TE, Keep-Alive").build();
        }
        Response response = framed(chain.proceed(request));
        if (response.code() != 407 && response.code() != 503) {
            return response;
        }
        trace.hideStatus(response.code());
        return response.newBuilder().code(INERT).build();
    }

    /// Makes sure that where the answer ends is beyond doubt, for the gateway and for whoever reads it
    /// after the gateway (RFC 9112, section 6.3).
    private static Response framed(Response response) throws ProtocolException {
        if (response.code() == 101) {
            if (response.socket() == null) {
                throw new ProtocolException("a switch of protocols that nobody asked for");
            }
            return response;
        }
        List<String> codings = response.headers("Transfer-Encoding");
        if (!codings.isEmpty()) {
            if (codings.size() > 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
                throw new ProtocolException("a transfer coding that nobody asked for: " + codings);
            }
            return response.header("Content-Length") == null
                    ? response
                    : response.newBuilder().removeHeader("Content-Length").build();
        }
        List<String> lengths = response.headers("Content-Length");
        if (lengths.isEmpty()) {
            return response;
        }
        String length = lengths.getFirst();
        if (lengths.size() > 1 && !lengths.stream().allMatch(length::equals)) {
            throw new ProtocolException("lengths that contradict each other");
        }
        if (!ContentLength.isValid(length)) {
            throw new ProtocolException("a length that is no number of bytes");
        }
        return response;
    }
}
