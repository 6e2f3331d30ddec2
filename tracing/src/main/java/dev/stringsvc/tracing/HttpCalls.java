package dev.stringsvc.tracing;

import dev.stringsvc.program.CallIds;
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

/// Gives each HTTP request its trace, and the log lines of its thread the request's ids.
///
/// Health checks and scrapes have no trace: they come every second, and no caller waits for them.
public final class HttpCalls extends Handler.Wrapper {
    /// As in `OPTIONS *`.
    private static final String NO_PATH = "*";

    private static final Set<String> UNTRACED = Set.of("/health", "/metrics");

    private final Supplier<Tracing> tracing;
    private final Set<String> routes;

    /// @param tracing is asked for each request, since the registry may know the program by its port, which
    /// is open before the tracing begins
    /// @param routes the paths that the program serves
    public HttpCalls(Supplier<Tracing> tracing, Set<String> routes) {
        this.tracing = tracing;
        this.routes = Set.copyOf(routes);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Optional<String> requestId = CallIds.loggable(request.getHeaders().get(CallIds.HEADER));
        String path = Objects.requireNonNullElse(request.getHttpURI().getCanonicalPath(), NO_PATH);
        if (UNTRACED.contains(path)) {
            return new CallIds(requestId, Optional.empty()).call(() -> super.handle(request, response, callback));
        }
        CallTrace trace = tracing.get().http(head(request));
        if (routes.contains(path)) {
            trace.routed(path);
        }
        Request.addCompletionListener(request, failure -> trace.ended(response.getStatus()));
        return new CallIds(requestId, trace.id()).call(() -> super.handle(request, response, callback));
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
