package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.Client;
import dev.stringsvc.gateway.client.RequestId;
import dev.stringsvc.gateway.http.GrpcCall;
import dev.stringsvc.gateway.http.GrpcWeb;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/// One request of a client, and what it holds until its reply is written.
///
/// @param id the client's own `X-Request-Id`, or a new one
/// @param isCall true if it is a gRPC call other than gRPC-Web
/// @param grpcWeb `null` if it is not gRPC-Web
/// @param trace [ServerTrace#NONE] if traces are off
record ClientRequest(
        Request request,
        Client client,
        String id,
        boolean isCall,
        @Nullable GrpcWeb grpcWeb,
        RequestScope scope,
        ServerTrace trace) {
    /// Takes a request, and begins its trace.
    static ClientRequest of(Request request, Tracing tracing, Forwarding forwarding) {
        var client = Client.of(request);
        HttpFields head = request.getHeaders();
        @Nullable String type = head.get(HttpHeader.CONTENT_TYPE);
        var untraced = new ClientRequest(
                request,
                client,
                RequestId.of(head.get(RequestId.HEADER)),
                GrpcCall.isContentType(type),
                GrpcWeb.of(type, head.get(HttpHeader.ACCEPT)),
                new RequestScope(client),
                ServerTrace.NONE);
        ServerTrace trace = tracing.begin(() -> untraced.head(forwarding));
        return trace.equals(ServerTrace.NONE) ? untraced : untraced.with(trace);
    }

    private ClientRequest with(ServerTrace begun) {
        return new ClientRequest(request, client, id, isCall, grpcWeb, scope, begun);
    }

    private Tracing.Head head(Forwarding forwarding) {
        Origin origin = forwarding.origin(this);
        return new Tracing.Head(
                method(),
                scheme(),
                path(),
                protocol(),
                fields().get(HttpHeader.HOST),
                new Tracing.From(peer(), origin.client(), origin.trusted()),
                fields()::getValuesList,
                isGrpc() ? rpcMethod() : null);
    }

    private InetSocketAddress peer() {
        return (InetSocketAddress) request.getConnectionMetaData().getRemoteSocketAddress();
    }

    /// True if it is a gRPC call, gRPC-Web included.
    boolean isGrpc() {
        return isCall || web() != null;
    }

    /// `null` if it is not gRPC-Web, or passes as any other HTTP request.
    @Nullable
    GrpcWeb web() {
        return scope.passesAsItIs() ? null : grpcWeb;
    }

    String method() {
        return request.getMethod();
    }

    boolean isHead() {
        return method().equals("HEAD");
    }

    HttpFields fields() {
        return request.getHeaders();
    }

    /// The path as the client wrote it.
    String path() {
        return Objects.requireNonNullElse(request.getHttpURI().getPath(), "");
    }

    /// The method of a gRPC call, such as `pkg.Service/Method`, as the client wrote it.
    String rpcMethod() {
        return path().startsWith("/") ? path().substring(1) : path();
    }

    /// The query as the client wrote it, without the question mark; `null` where there is none.
    @Nullable
    String query() {
        return request.getHttpURI().getQuery();
    }

    /// For example `HTTP/1.1`.
    String protocol() {
        return request.getConnectionMetaData().getProtocol();
    }

    boolean isHttp2() {
        return version() == HttpVersion.HTTP_2;
    }

    HttpVersion version() {
        return request.getConnectionMetaData().getHttpVersion();
    }

    /// The scheme of the connection. An HTTP/2 request may name another.
    String scheme() {
        return request.getConnectionMetaData().isSecure() ? "https" : "http";
    }

    /// The connection on which it came.
    Forwarding.Hop hop() {
        return new Forwarding.Hop(
                peer().getAddress(), scheme(), fields().get(HttpHeader.HOST), Request.getLocalPort(request));
    }

    /// True if an instance may act on the request twice without harm (RFC 9110, section 9.2.2).
    boolean isRepeatable() {
        return switch (method()) {
            case "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE" -> true;
            default -> false;
        };
    }
}
