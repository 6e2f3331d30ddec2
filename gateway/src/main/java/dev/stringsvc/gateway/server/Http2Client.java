package dev.stringsvc.gateway.server;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http2.CloseState;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.FailureFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// The client of a request that came as a stream of HTTP/2. Jetty reads its frames all the time, so that whether it
/// has gone is known without asking; and cutting an answer ends its stream, not the others.
final class Http2Client implements Client {
    private static final String NAME = Http2Client.class.getName();

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

    /// Whether it is not the client's doing that nothing goes over this stream: its answer pauses, or has not begun.
    static boolean answerPauses(Stream stream) {
        return stream.getAttribute(NAME) instanceof Http2Client client && client.answerPauses(stream.getIdleTimeout());
    }

    /// Whether the request's thread may be waiting for more of its body.
    static boolean awaitsBody(Stream stream) {
        return stream.getAttribute(NAME) instanceof Http2Client client && client.awaitsBody();
    }

    private boolean awaitsBody() {
        @Nullable ClientBody body = inHand;
        return body != null && !body.ended() && !answerBegun;
    }

    private boolean answerPauses(long idleMillis) {
        @Nullable ClientRate rate = answer;
        @Nullable ClientBody body = inHand;
        return rate == null ? body != null && body.ended() && !answerBegun : !rate.waits(Duration.ofMillis(idleMillis));
    }

    @Override
    public void begin(ClientBody body) {
        inHand = body;
        if (stream == null || stream.isReset()) {
            body.stop(new EofException("the stream was reset"));
        }
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
    public void stopBody() {
        @Nullable ClientBody body = inHand;
        if (body != null) {
            body.stop(new SlowClientException());
        }
        reset(ErrorCode.ENHANCE_YOUR_CALM_ERROR);
        if (stream != null) {
            // who waits for the body is told at once, and not when the client has read of the reset
            var failure = new FailureFrame(
                    ErrorCode.ENHANCE_YOUR_CALM_ERROR.code,
                    "too slow",
                    new TimeoutException("the body is not waited for"));
            stream.process(failure, Callback.NOOP);
        }
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

    /// Tells a client with GOAWAY to open no more streams here. Those that are open, or on their way, are answered.
    static void sendElsewhere(HTTP2Session session) {
        if (session.getCloseState() == CloseState.NOT_CLOSED) {
            var _ = session.shutdown();
        }
    }
}
