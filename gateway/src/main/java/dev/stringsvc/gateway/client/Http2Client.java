package dev.stringsvc.gateway.client;

import java.io.IOException;
import java.time.Duration;
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

/// The client of a request that came as a stream of HTTP/2. Jetty reads its frames all the time, so that
/// whether it has gone is known without asking; and cutting an answer ends its stream, not the others.
final class Http2Client implements Client {
    private static final String NAME = Http2Client.class.getName();
    private static final int STATUS_SIZE = ":status".length() + 3 + 32;

    private final HTTP2Session session;
    /// `null` where it was over before the request was handled.
    private final @Nullable HTTP2Stream stream;

    private final ClientConnector connector;
    private volatile @Nullable ClientBody inHand;
    private volatile @Nullable ClientRate answer;
    private volatile boolean answerBegun;
    private volatile boolean tooSlow;

    Http2Client(HTTP2Session session, int id, ClientConnector connector) {
        this.session = session;
        this.stream = session.getStream(id);
        this.connector = connector;
        if (stream != null) {
            stream.setAttribute(NAME, this);
        }
    }

    /// True if it is not for Jetty to end this stream because nothing goes over it: its answer pauses,
    /// or has not begun. How long a client may pause within its body is [ClientInput]'s to say.
    static boolean answerPauses(Stream stream) {
        return stream.getAttribute(NAME) instanceof Http2Client client && client.answerPauses(stream.getIdleTimeout());
    }

    /// Ends the read that waits for more of a body whose stream has been reset.
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
        @Nullable ClientRate rate = answer;
        @Nullable ClientBody body = inHand;
        return rate == null ? body != null && !answerBegun : !rate.waits(Duration.ofMillis(idleMillis));
    }

    @Override
    public void begin(ClientBody body) {
        inHand = body;
        if (stream == null || stream.isReset()) {
            body.stop(new EofException("the stream was reset"));
        }
    }

    /// Jetty would end the whole connection rather than write a longer one. The status is a field too.
    @Override
    public int mostHead() {
        int most = session.getGenerator().getHpackEncoder().getMaxHeaderListSize();
        return most <= 0 ? Integer.MAX_VALUE : most - STATUS_SIZE;
    }

    @Override
    public void beginAnswer() {
        answerBegun = true;
    }

    @Override
    public boolean hasLeft(ClientBody body) {
        return stream == null || stream.isReset() || !session.getEndPoint().isOpen();
    }

    @Override
    public void stopBody(IOException why) {
        stopReading(why);
    }

    /// RFC 9113, section 8.1. Jetty would say CANCEL, after which a client need not believe the answer.
    @Override
    public void endUnread(Request request) {
        reset(ErrorCode.NO_ERROR);
    }

    @Override
    public void answering(ClientRate rate) {
        answer = rate;
        connector.measure(this);
    }

    @Override
    public boolean tooSlow() {
        return tooSlow;
    }

    /// Cuts the answer where the client takes it too slowly.
    ///
    /// @return whether there is nothing more to look after
    boolean endIfTooSlow() {
        @Nullable ClientRate rate = answer;
        if (stream == null || rate == null || stream.isClosed()) {
            return true;
        }
        tooSlow = rate.tooSlow();
        if (tooSlow) {
            reset(ErrorCode.CANCEL_STREAM_ERROR);
        }
        return tooSlow;
    }

    @Override
    public void cutForRoom(boolean again) {
        tooSlow = true;
        reset(ErrorCode.CANCEL_STREAM_ERROR);
        if (again && connector.takesNothingAgain(session)) {
            session.close(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "answers_not_taken", Callback.NOOP);
        }
    }

    @Override
    public void cut() {
        inHand = null; // nobody waits for more of it
        reset(ErrorCode.INTERNAL_ERROR);
    }

    private void reset(ErrorCode code) {
        if (stream != null && !stream.isClosed()) {
            stream.reset(new ResetFrame(stream.getId(), code.code), Callback.NOOP);
        }
    }

    @Override
    public void sendElsewhere(HttpFields.Mutable head) {
        sendElsewhere(session);
    }

    /// Tells a client with GOAWAY to open no more streams here. Those that are open, or on their way,
    /// are answered.
    static void sendElsewhere(HTTP2Session session) {
        if (session.getCloseState() == CloseState.NOT_CLOSED) {
            var _ = session.shutdown();
        }
    }
}
