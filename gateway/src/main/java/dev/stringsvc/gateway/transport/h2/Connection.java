package dev.stringsvc.gateway.transport.h2;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.PingFrame;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// A connection to an instance, from before it is opened until after it has ended. [Connections] counts
/// its streams, under its lock. Thread-safe.
final class Connection implements Session.Listener {
    private final Runnable ended;
    /// Completes when the instance's first SETTINGS arrive, since before that it may not speak HTTP/2.
    private final CompletableFuture<HTTP2Session> opened = new CompletableFuture<>();

    private final List<Exchange> waiting = new ArrayList<>();
    private int streams;
    private long idleSince = System.nanoTime();
    private volatile boolean goingAway;
    private volatile boolean wantsFewerPings;
    private final KeepAlive keepAlive = new KeepAlive();

    /// @param ended called when no more streams can be opened
    Connection(Runnable ended) {
        this.ended = ended;
    }

    CompletableFuture<HTTP2Session> opened() {
        return opened;
    }

    /// The exchanges that wait for it to open. Under the lock of [Connections].
    List<Exchange> waiting() {
        return waiting;
    }

    boolean isSettled() {
        return opened.isDone();
    }

    /// Why it could not be opened; `null` if it was.
    @Nullable
    IOException failure() {
        return opened.isCompletedExceptionally() ? Exchange.asIo(opened.exceptionNow()) : null;
    }

    /// The session; `null` if it is not open yet, or could not be opened.
    @Nullable
    HTTP2Session session() {
        return opened.isDone() && !opened.isCompletedExceptionally() ? opened.resultNow() : null;
    }

    /// The number of streams that the instance allows at a time.
    int capacity() {
        @Nullable HTTP2Session session = session();
        int given = session == null ? 0 : session.getMaxLocalStreams();
        return given < 0
                ? Integer.MAX_VALUE
                : given; // -1 for no limit; also negative if the limit does not fit into an int
    }

    /// True if streams can be opened, apart from the instance's limit.
    boolean isUsable() {
        @Nullable HTTP2Session session = session();
        return session != null && !goingAway && !session.isClosed();
    }

    int streams() {
        return streams;
    }

    /// Reserves a stream if the instance allows one more. Under the lock of [Connections].
    boolean take() {
        if (!isUsable() || streams >= capacity()) {
            return false;
        }
        streams++;
        return true;
    }

    /// Under the lock of [Connections].
    void giveBack() {
        streams--;
        idleSince = System.nanoTime();
    }

    /// Under the lock.
    boolean isIdleFor(long nanos) {
        return streams == 0 && isSettled() && System.nanoTime() - idleSince >= nanos;
    }

    /// Sends a ping if one is due.
    ///
    /// @param nanos the time between two pings, and the time to answer one
    /// @return false if the last ping was not answered in time
    boolean ping(long nanos) {
        @Nullable HTTP2Session session = session();
        return session == null || keepAlive.check(session, nanos);
    }

    /// True if the instance has closed the connection because of too many pings. gRPC servers allow one
    /// every five minutes.
    boolean wantsFewerPings() {
        return wantsFewerPings;
    }

    /// Sends GOAWAY and closes the connection, which breaks open streams.
    void close() {
        @Nullable HTTP2Session session = session();
        if (session != null) {
            goingAway = true;
            session.close(ErrorCode.NO_ERROR.code, null, Callback.from(session::disconnect));
        }
    }

    /// Fails all streams and closes the connection, since the instance does not answer.
    void fail(String why) {
        @Nullable HTTP2Session session = session();
        if (session != null) {
            goingAway = true;
            session.onConnectionFailure(ErrorCode.NO_ERROR.code, why);
            session.disconnect(); // otherwise it would wait until the GOAWAY is written
        }
    }

    @Override
    public void onSettings(Session session, SettingsFrame frame) {
        opened.complete((HTTP2Session) session);
    }

    @Override
    public void onPing(Session session, PingFrame frame) {
        keepAlive.heard();
    }

    @Override
    public void onGoAway(Session session, GoAwayFrame frame) {
        goingAway = true;
        wantsFewerPings = frame.getError() == ErrorCode.ENHANCE_YOUR_CALM_ERROR.code;
        ended.run();
    }

    @Override
    public void onClose(Session session, GoAwayFrame frame, Callback callback) {
        end(new IOException("the instance closed the connection"));
        callback.succeeded();
    }

    @Override
    public void onFailure(Session session, Throwable failure, Callback callback) {
        end(Exchange.asIo(failure));
        callback.succeeded();
    }

    private void end(IOException cause) {
        goingAway = true;
        opened.completeExceptionally(cause);
        ended.run();
    }
}
