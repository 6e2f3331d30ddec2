package dev.stringsvc.gateway.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Begins the traces of requests. Thread-safe.
@FunctionalInterface
public interface Tracing {
    /// Begins no traces, and asks for no request's head.
    Tracing OFF = head -> ServerTrace.NONE;

    /// @param head asked for at most once, at once
    ServerTrace begin(Supplier<Head> head);

    /// What a trace begins with.
    ///
    /// @param path as the client wrote it
    /// @param protocol for example `HTTP/1.1`
    /// @param host as the client wrote it, perhaps with a port; `null` if there is none
    /// @param fields the values of a header field
    /// @param rpcMethod the method of a gRPC call, as the client wrote it; `null` for other requests
    record Head(
            String method,
            String scheme,
            String path,
            String protocol,
            @Nullable String host,
            From from,
            Function<String, List<String>> fields,
            @Nullable String rpcMethod) {}

    /// Where a request comes from.
    ///
    /// @param peer the other end of the connection
    /// @param client the client's address, as trusted proxies report it
    /// @param trusted true if the peer is a trusted proxy
    record From(InetSocketAddress peer, InetAddress client, boolean trusted) {}
}
