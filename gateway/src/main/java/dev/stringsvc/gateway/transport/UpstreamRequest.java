package dev.stringsvc.gateway.transport;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What is sent to an instance.
///
/// @param path absolute and percent-encoded; sent as it is, or not at all
/// @param query percent-encoded without the question mark; `null` where there is none
/// @param headers end-to-end headers only; `Host`, `Content-Length` and connection headers are the transport's
/// @param clientAddress the IP address of who asks; not sent, but what a balancer may go by
/// @param abandoned whether nobody waits for the answer any more; asked by another thread, and must not block
/// @param upgrade whether the headers ask for a switch of protocols, which the instance may answer with 101
public record UpstreamRequest(
        String method,
        String path,
        @Nullable String query,
        HeaderFields headers,
        Body body,
        String clientAddress,
        BooleanSupplier abandoned,
        boolean upgrade) {
    /// A request of the gateway itself, whose answer is waited for.
    public UpstreamRequest(String method, String path, @Nullable String query, HeaderFields headers, Body body) {
        this(method, path, query, headers, body, "", () -> false, false);
    }
}
