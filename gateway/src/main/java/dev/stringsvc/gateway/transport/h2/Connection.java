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

/// A connection to an instance, from before it is made to after it has ended. Its streams are counted by
/// [Connections], under its lock. Thread-safe.
final class Connection implements Session.Listener {
    private final Runnable ended;
    /// Completes with the instance's first SETTINGS: until then nothing says that it speaks HTTP/2.
    private final CompletableFuture<HTTP2Session> opened = new CompletableFuture<>();

    private final List<Exchange> waiting = new ArrayList<>();
    private int streams;
    private long idleSince = System.nanoTime();
    private volatile boolean goingAway;
    private volatile boolean calmed;
    private volatile long pingSentAt;
    private volatile long heardAt = System.nanoTime();
    private long bytesIn;

    /// @param ended called when no more streams can be opened
    Connection(Runnable ended) {
        this.ended = ended;
    }

    CompletableFuture<HTTP2Session> opened() {
        return opened;
    }

    /// Who waits for it to be opened. Under the lock.
    List<Exchange> waiting() {
        return waiting;
    }

    boolean isSettled() {
        return opened.isDone();
    }

    /// Why it could not be made; `null` where it was.
    @Nullable
    IOException failure() {
        return opened.isCompletedExceptionally() ? Exchange.asIo(opened.exceptionNow()) : null;
    }

    /// The session, once it was opened; `null` otherwise.
    @Nullable
    HTTP2Session session() {
        return opened.isDone() && !opened.isCompletedExceptionally() ? opened.resultNow() : null;
    }

    /// How many streams the instance allows at a time.
    int capacity() {
        @Nullable HTTP2Session session = session();
        int given = session == null ? 0 : session.getMaxLocalStreams();
        return given < 0 ? Integer.MAX_VALUE : given; // -1 and what an int does not hold
    }

    /// True if streams can be opened on it at all.
    boolean isUsable() {
        @Nullable HTTP2Session session = session();
        return session != null && !goingAway && !session.isClosed();
    }

    int streams() {
        return streams;
    }

    /// Takes a place for a stream if there is one. Under the lock.
    boolean take() {
        if (!isUsable() || streams >= capacity()) {
            return false;
        }
        streams++;
        return true;
    }

    /// Under the lock.
    void giveBack() {
        streams--;
        idleSince = System.nanoTime();
    }

    /// Under the lock.
    boolean isIdleFor(long nanos) {
        return streams == 0 && isSettled() && System.nanoTime() - idleSince >= nanos;
    }

    /// Sends a ping where one is due.
    ///
    /// @param nanos between two, and for an answer
    /// @return false if the last one was not answered in time
    boolean ping(long nanos) {
        @Nullable HTTP2Session session = session();
        long now = System.nanoTime();
        if (session == null) {
            return true;
        }
        long came = session.getEndPoint().getConnection().getBytesIn();
        if (came != bytesIn) { // what sends is alive, also where a ping waits behind an upload
            bytesIn = came;
            heardAt = now;
        }
        if (now - Math.max(heardAt, pingSentAt) < nanos) {
            return true;
        }
        if (pingSentAt > heardAt) {
            return false;
        }
        pingSentAt = now;
        session.ping(new PingFrame(now, false), Callback.NOOP);
        return true;
    }

    /// True if the instance has gone away because it heard too much, as gRPC servers do where pings come
    /// more often than each five minutes.
    boolean isCalmed() {
        return calmed;
    }

    /// Says goodbye and closes. Streams that are open break.
    void close() {
        @Nullable HTTP2Session session = session();
        if (session != null) {
            goingAway = true;
            session.close(ErrorCode.NO_ERROR.code, null, Callback.from(session::disconnect));
        }
    }

    /// Ends all streams and closes, since the instance does not answer.
    void fail(String why) {
        @Nullable HTTP2Session session = session();
        if (session != null) {
            goingAway = true;
            session.onConnectionFailure(ErrorCode.NO_ERROR.code, why);
            session.disconnect(); // else it would wait until the goodbye is written
        }
    }

    @Override
    public void onSettings(Session session, SettingsFrame frame) {
        opened.complete((HTTP2Session) session);
    }

    @Override
    public void onPing(Session session, PingFrame frame) {
        heardAt = System.nanoTime();
    }

    @Override
    public void onGoAway(Session session, GoAwayFrame frame) {
        goingAway = true;
        calmed = frame.getError() == ErrorCode.ENHANCE_YOUR_CALM_ERROR.code;
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
