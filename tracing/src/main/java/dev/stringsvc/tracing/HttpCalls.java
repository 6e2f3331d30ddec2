package dev.stringsvc.tracing;

import dev.stringsvc.program.CallIds;
import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// Gives each HTTP request to Javalin its trace, and the log lines of its thread the request's ids.
///
/// Health checks and scrapes have no trace: they come every second, and no caller waits for them.
public final class HttpCalls extends Handler.Wrapper {
    /// As in `OPTIONS *`.
    private static final String NO_PATH = "*";

    private static final Set<String> UNTRACED = Set.of("/health", "/metrics");

    private final Supplier<Tracing> tracing;

    /// @param tracing is asked for each request, since the registry may know the program by its port, which
    /// is open before the tracing begins
    public HttpCalls(Supplier<Tracing> tracing) {
        this.tracing = tracing;
    }

    /// Names the route that took the request. Is called last, since Javalin does not know it before.
    public static void nameRoute(Context ctx) {
        @Nullable Endpoint route = ctx.endpoints().lastHttpEndpoint();
        if (route != null && CallScope.current() instanceof CallTrace.OfHttp trace) {
            trace.routed(route.path);
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Optional<String> requestId = CallIds.loggable(request.getHeaders().get(CallIds.HEADER));
        String path = Objects.requireNonNullElse(request.getHttpURI().getCanonicalPath(), NO_PATH);
        if (UNTRACED.contains(path)) {
            return new CallScope(CallTrace.NONE, requestId).call(() -> super.handle(request, response, callback));
        }
        CallTrace.OfHttp trace = tracing.get().http(head(request));
        Request.addCompletionListener(request, failure -> trace.ended(response.getStatus()));
        return new CallScope(trace, requestId).call(() -> super.handle(request, response, callback));
    }

    private static Tracing.HttpHead head(Request request) {
        HttpURI uri = request.getHttpURI();
        return new Tracing.HttpHead(
                request.getMethod(),
                Objects.requireNonNullElse(uri.getScheme(), "http"),
                uri.getHost(),
                Objects.requireNonNullElse(uri.getPath(), NO_PATH),
                request.getConnectionMetaData().getProtocol(),
                (InetSocketAddress) request.getConnectionMetaData().getRemoteSocketAddress(),
                name -> request.getHeaders().getValuesList(name));
    }
}
