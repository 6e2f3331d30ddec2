package dev.stringsvc.gateway.client;

import java.io.IOException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http2.CloseState;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// The client of a request on an HTTP/2 stream. Jetty reads its frames all the time, so it is always
/// known whether the client has gone away. Cutting a response ends only its stream.
final class Http2Client implements Client {
    private static final String NAME = Http2Client.class.getName();
    private static final int STATUS_SIZE = ":status".length() + 3 + 32;

    private final HTTP2Session session;
    /// `null` if the stream ended before the request was handled.
    private final @Nullable HTTP2Stream stream;

    private final ClientConnector connector;
    private volatile @Nullable ClientBody inHand;
    private final ResponseProgress response = new ResponseProgress();

    Http2Client(HTTP2Session session, int id, ClientConnector connector) {
        this.session = session;
        this.stream = session.getStream(id);
        this.connector = connector;
        if (stream != null) {
            stream.setAttribute(NAME, this);
        }
    }

    /// True if Jetty must not end this stream for being idle, since its response pauses or has not
    /// begun. [ClientInput] limits how long a client may pause within its body.
    static boolean answerPauses(Stream stream) {
        return stream.getAttribute(NAME) instanceof Http2Client client && client.answerPauses(stream.getIdleTimeout());
    }

    /// Ends a waiting read of the body, since the stream was reset.
    static void wasReset(Stream stream) {
        if (stream.getAttribute(NAME) instanceof Http2Client client) {
            client.stopReading(new EofException("the stream was reset"));
        }
    }

    private void stopReading(IOException why) {
        @Nullable ClientBody body = inHand;
        if (body != null && !body.ended()) {
            body.stop(why);
        }
    }

    private boolean answerPauses(long idleMillis) {
        return response.pauses(inHand != null, idleMillis);
    }

    @Override
    public void begin(ClientBody body) {
        inHand = body;
        if (stream == null || stream.isReset()) {
            body.stop(new EofException("the stream was reset"));
        }
    }

    /// A larger head would make Jetty end the whole connection. The status is a field too.
    @Override
    public int maxHeadBytes() {
        int most = session.getGenerator().getHpackEncoder().getMaxHeaderListSize();
        return most <= 0 ? Integer.MAX_VALUE : most - STATUS_SIZE;
    }

    @Override
    public void beginAnswer() {
        response.begin();
    }

    @Override
    public boolean hasLeft(ClientBody body) {
        return stream == null || stream.isReset() || !session.getEndPoint().isOpen();
    }

    @Override
    public void stopBody(IOException why) {
        stopReading(why);
    }

    /// Resets the stream with NO_ERROR (RFC 9113, section 8.1). Jetty would use CANCEL, after which a
    /// client may discard the response.
    @Override
    public void endUnread(Request request) {
        reset(ErrorCode.NO_ERROR);
    }

    @Override
    public void answering(ClientRate rate) {
        response.measure(rate);
        connector.measure(this);
    }

    @Override
    public boolean tooSlow() {
        return response.tooSlow();
    }

    /// Cuts the response if the client takes it too slowly.
    ///
    /// @return true if the response needs no more checks
    boolean endIfTooSlow() {
        if (stream == null || !response.measured() || stream.isClosed()) {
            return true;
        }
        boolean tooSlow = response.checkTooSlow();
        if (tooSlow) {
            reset(ErrorCode.CANCEL_STREAM_ERROR);
        }
        return tooSlow;
    }

    @Override
    public void cutForRoom(boolean again) {
        response.cutAsTooSlow();
        reset(ErrorCode.CANCEL_STREAM_ERROR);
        if (again && connector.repeatedlyTakesNothing(session)) {
            session.close(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "answers_not_taken", Callback.NOOP);
        }
    }

    @Override
    public void cut() {
        reset(ErrorCode.INTERNAL_ERROR.code);
    }

    @Override
    public void reset(int code) {
        // Jetty tells a waiting read nothing of a reset by this side
        stopReading(new EofException("the stream was cut"));
        inHand = null;
        end(code);
    }

    private void reset(ErrorCode code) {
        end(code.code);
    }

    private void end(int code) {
        if (stream != null && !stream.isClosed()) {
            stream.reset(new ResetFrame(stream.getId(), code), Callback.NOOP);
        }
    }

    @Override
    public void sendElsewhere(HttpFields.Mutable head) {
        sendElsewhere(session);
    }

    /// Tells a client with GOAWAY to open no more streams on this connection. Streams that are open or
    /// on their way still get responses.
    static void sendElsewhere(HTTP2Session session) {
        if (session.getCloseState() == CloseState.NOT_CLOSED) {
            var _ = session.shutdown();
        }
    }
}
