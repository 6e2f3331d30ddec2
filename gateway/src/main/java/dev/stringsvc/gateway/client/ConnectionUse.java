package dev.stringsvc.gateway.client;

import dev.stringsvc.gateway.tunnel.Tunnel;
import org.jspecify.annotations.Nullable;

/// What a client's connection is used for at the moment: a request's head that arrives, a request in
/// hand, HTTP/2 or a tunnel. Not thread-safe: [ClientEndPoint] calls it under its lock.
final class ConnectionUse {
    /// When the head that is arriving began, by [System#nanoTime]; `null` if none is.
    private @Nullable Long headSince;
    private boolean headOver;
    private @Nullable Http2Session http2;
    /// The body of the request in hand.
    private @Nullable ClientBody inHand;
    private @Nullable Tunnel tunnel;
    private boolean leaving;

    /// The connection speaks HTTP/2 from now on, so no HTTP/1.1 head will come.
    void speaks(Http2Session session) {
        http2 = session;
        headSince = null;
    }

    /// Bytes have arrived, which may begin a head.
    void received() {
        if (!headOver && headSince == null && http2 == null) {
            headSince = System.nanoTime();
        }
    }

    /// The head that was arriving is complete, or malformed.
    void headIsOver() {
        headOver = true;
        headSince = null;
    }

    void begin(ClientBody body) {
        inHand = body;
    }

    void requestIsOver() {
        headOver = false;
        inHand = null;
    }

    /// @return true if [#leave] was called before, so that the tunnel must leave at once
    boolean begin(Tunnel tunnel) {
        inHand = null;
        this.tunnel = tunnel;
        return leaving;
    }

    /// @return the tunnel that must leave; `null` if there is none
    @Nullable
    Tunnel leave() {
        leaving = true;
        return tunnel;
    }

    boolean tunnelling() {
        return tunnel != null;
    }

    @Nullable
    Http2Session http2() {
        return http2;
    }

    /// The body of the request in hand; `null` if there is none.
    @Nullable
    ClientBody inHand() {
        return inHand;
    }

    /// True if an HTTP/1.1 request is arriving or in hand.
    boolean busy() {
        return headSince != null || headOver || inHand != null;
    }

    /// How long the head has been arriving, in nanoseconds; -1 if none is.
    long headNanos() {
        return headSince == null ? -1 : System.nanoTime() - headSince;
    }
}
