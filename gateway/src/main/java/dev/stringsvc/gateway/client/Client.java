package dev.stringsvc.gateway.client;

import java.io.IOException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;

/// The client of a request, whichever HTTP it speaks. Thread-safe.
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

    /// Notes which request is in hand, by its body.
    void begin(ClientBody body);

    /// The longest head of an answer that it takes, in bytes, counted as HTTP/2 does.
    default int mostHead() {
        return Integer.MAX_VALUE;
    }

    /// Notes that the answer begins: from here on it may be the client that is waited for.
    void beginAnswer();

    /// Whether the client has gone while this request is in hand. Never waits.
    boolean hasLeft(ClientBody body);

    /// Takes no more of the body in hand: a read that waits for it ends, and a further one fails. The
    /// answer can still be sent.
    ///
    /// @param why the read fails; [SlowClientException] where it is the client's slowness
    void stopBody(IOException why);

    /// Tells the client that no more of its request's body is wanted, now that the answer is whole, and
    /// gives it the time to read that.
    ///
    /// @param request whose body has not ended
    void endUnread(Request request);

    /// Notes how fast the client takes the answer.
    void answering(ClientRate rate);

    /// Whether the answer was cut because the client took it too slowly.
    boolean tooSlow();

    /// Ends the answer because another request has its room now.
    ///
    /// @param again true if a connection on which this happens again and again is to be closed
    void cutForRoom(boolean again);

    /// Ends the answer so that it does not look whole.
    void cut();

    /// Tells the client to send its next request elsewhere.
    ///
    /// @param answer the head that is about to be sent
    void sendElsewhere(HttpFields.Mutable answer);
}
