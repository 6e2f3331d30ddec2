package dev.stringsvc.gateway.client;

import java.io.IOException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;

/// The client of a request, over HTTP/1.1 or HTTP/2. Thread-safe.
public interface Client {
    /// The client of this request.
    static Client of(Request request) {
        ConnectionMetaData http = request.getConnectionMetaData();
        return switch (http.getConnection()) {
            case ClientConnection http1 -> http1.client();
            case HTTP2Connection http2 ->
                new Http2Client(
                        http2.getSession(), Integer.parseInt(request.getId()), (ClientConnector) http.getConnector());
            default -> throw new IllegalStateException("neither HTTP/1.1 nor HTTP/2: " + http.getConnection());
        };
    }

    /// Begins a request, which is identified by its body.
    void begin(ClientBody body);

    /// The largest head of a response that the client accepts, in bytes, counted as in HTTP/2.
    default int maxHeadBytes() {
        return Integer.MAX_VALUE;
    }

    /// The response begins: from now on a silent connection may be the client's fault.
    void beginAnswer();

    /// True if the client has gone away while this request is in hand. Never waits.
    boolean hasLeft(ClientBody body);

    /// Ends the reading of the body in hand: a waiting read ends, and further reads fail. The response
    /// can still be sent.
    ///
    /// @param why the cause of the failure; [SlowClientException] if the client is too slow
    void stopBody(IOException why);

    /// Tells the client to stop sending its body, after the response is complete, and leaves it time to
    /// read the response.
    ///
    /// @param request whose body has not ended
    void endUnread(Request request);

    /// Starts to measure how fast the client takes the response.
    void answering(ClientRate rate);

    /// True if the response was cut because the client took it too slowly.
    boolean tooSlow();

    /// Cuts the response because another request needs its place.
    ///
    /// @param again true to close the connection if this happens repeatedly on it
    void cutForRoom(boolean again);

    /// Cuts the response, so that the client sees that it is incomplete.
    void cut();

    /// Cuts the response. An HTTP/2 stream is reset with this code (RFC 9113, section 7).
    default void reset(int code) {
        cut();
    }

    /// Tells the client to use another connection for its next request.
    ///
    /// @param answer the head that is about to be sent
    void sendElsewhere(HttpFields.Mutable answer);
}
