package dev.stringsvc.gateway.transport;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/// Takes back what OkHttp adds for its own users: its `User-Agent` where the client sent none, and its habit of
/// sending a request again that was answered with 503 and `Retry-After: 0`.
final class PassThrough implements Interceptor {
    @Override
    public Response intercept(Chain chain) throws IOException {
        Request request = chain.request();
        @Nullable AttemptTrace trace = request.tag(AttemptTrace.class);
        if (trace == null) {
            return chain.proceed(request);
        }
        if (!trace.userAgentGiven()) {
            request = request.newBuilder().removeHeader("User-Agent").build();
        }
        Response response = chain.proceed(request);
        if (response.code() != 503) {
            return response;
        }
        @Nullable String retryAfter = response.header("Retry-After");
        if (retryAfter == null) {
            return response;
        }
        trace.hideRetryAfter(retryAfter);
        return response.newBuilder().removeHeader("Retry-After").build();
    }
}
