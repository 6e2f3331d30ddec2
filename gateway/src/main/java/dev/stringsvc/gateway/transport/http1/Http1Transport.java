package dev.stringsvc.gateway.transport.http1;

import dev.stringsvc.gateway.http.Sendable;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A transport to one instance over HTTP/1.1. Idle connections are a stack: the one that was used last
/// is used first, so that connections which are not needed stay idle and are closed. Thread-safe,
/// without a lock.
final class Http1Transport implements Transport {
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    /// A connection that is closed sooner than this after its last use was not closed for being idle.
    private static final Duration EARLY = Duration.ofSeconds(1);

    private static final Duration DISTRUST = Duration.ofSeconds(10);

    private final Opener opener;
    private final Http1Attempt.Settings settings;
    private final ConcurrentLinkedDeque<Http1Connection> idle = new ConcurrentLinkedDeque<>();
    private final AtomicLong trustAgainAt = new AtomicLong(System.nanoTime());
    private volatile boolean closed;

    /// Opens connections.
    @FunctionalInterface
    interface Opener {
        /// Connects, on the calling thread.
        ///
        /// @param opening hears of each TCP connection before it is connected, so that the attempt can
        /// be aborted
        Http1Connection open(Consumer<TcpWire> opening) throws IOException;
    }

    Http1Transport(Opener opener, Http1Attempt.Settings settings) {
        this.opener = opener;
        this.settings = settings;
    }

    @Override
    public AttemptResult execute(UpstreamRequest request, Duration timeout) {
        @Nullable String refusal = Sendable.refusal(request);
        return refusal == null
                ? new Http1Attempt(this, settings, request, timeout).execute()
                : new AttemptResult.Unsendable(refusal);
    }

    Opener opener() {
        return opener;
    }

    /// Takes an idle connection that the instance has not closed; `null` if there is none.
    @Nullable
    Http1Connection take() {
        for (@Nullable Http1Connection last; (last = idle.pollFirst()) != null; ) {
            if (last.wire().tcp().resume()) {
                return last;
            }
            if (last.wire().tcp().unused().compareTo(EARLY) < 0) {
                distrust();
            }
            last.close();
        }
        return null;
    }

    /// Takes back a connection that may carry another request.
    void giveBack(Http1Connection connection) {
        if (!closed && trusts() && connection.idle()) {
            idle.addFirst(connection);
            if (closed) {
                closeIdle(Duration.ZERO);
            }
        } else {
            connection.close();
        }
    }

    /// Uses no idle connections for some time: an instance that closes connections early may close the
    /// next one while a request is on its way to it.
    void distrust() {
        trustAgainAt.set(System.nanoTime() + DISTRUST.toNanos());
        closeIdle(Duration.ZERO);
    }

    boolean trusts() {
        return trustAgainAt.get() - System.nanoTime() <= 0;
    }

    /// Closes connections that have been idle for too long.
    void sweep() {
        closeIdle(KEEP_ALIVE);
    }

    private void closeIdle(Duration longest) {
        for (Iterator<Http1Connection> all = idle.descendingIterator(); all.hasNext(); ) {
            Http1Connection connection = all.next();
            if (connection.wire().tcp().unused().compareTo(longest) < 0) {
                return; // the others were used later
            }
            if (idle.removeLastOccurrence(connection)) {
                connection.close();
            }
        }
    }

    boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        closeIdle(Duration.ZERO);
    }
}
