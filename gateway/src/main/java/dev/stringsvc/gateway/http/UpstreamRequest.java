package dev.stringsvc.gateway.http;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// A request to an instance.
///
/// @param path absolute and percent-encoded; sent unchanged or not at all
/// @param query percent-encoded without the question mark; `null` where there is none
/// @param headers end-to-end headers only; the transport sets `Host`, `Content-Length` and connection
/// headers
/// @param client the client's address, for balancers and ejection; not sent. `null` where it is not known
/// @param upgrade true if the headers ask for a protocol switch, which the instance may answer with 101
/// @param headHeld true if the head of the answer is to be held back for a moment until the first byte of
/// its body is here: if the instance breaks off in between, the attempt can be repeated
/// @param caller waits for the answer
/// @param cancellation ends an attempt early; `null` if nothing will
public record UpstreamRequest(
        String method,
        String path,
        @Nullable String query,
        HeaderFields headers,
        Body body,
        @Nullable InetAddress client,
        boolean upgrade,
        boolean headHeld,
        Caller caller,
        @Nullable Cancellation cancellation) {
    /// A request from the gateway itself.
    public UpstreamRequest(String method, String path, @Nullable String query, HeaderFields headers, Body body) {
        this(method, path, query, headers, body, null, false, false, Caller.PATIENT, null);
    }

    /// True if a request with this method must say that it has no body, since servers expect one (RFC
    /// 9110, section 8.6).
    public boolean expectsBody() {
        return switch (method) {
            case "POST", "PUT", "PATCH", "PROPPATCH", "QUERY", "REPORT" -> true;
            default -> false;
        };
    }

    /// The same request, with attempts that `cancellation` can cancel.
    public UpstreamRequest cancelledBy(Cancellation cancellation) {
        return new UpstreamRequest(method, path, query, headers, body, client, upgrade, headHeld, caller, cancellation);
    }

    /// The same request with another head.
    public UpstreamRequest withHeaders(HeaderFields head) {
        return new UpstreamRequest(method, path, query, head, body, client, upgrade, headHeld, caller, cancellation);
    }

    /// The same request, whose answer's head is held back.
    public UpstreamRequest holdingHead() {
        return new UpstreamRequest(method, path, query, headers, body, client, upgrade, true, caller, cancellation);
    }

    /// The same request for another caller.
    public UpstreamRequest askedBy(Caller caller) {
        return new UpstreamRequest(method, path, query, headers, body, client, upgrade, headHeld, caller, cancellation);
    }
}
