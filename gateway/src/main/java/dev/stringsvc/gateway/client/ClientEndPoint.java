package dev.stringsvc.gateway.client;

import dev.stringsvc.gateway.tunnel.Tunnel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/// A client's connection that can be asked whether the client is still there, and whether it is too
/// slow. Thread-safe.
///
/// The selection key stays armed while a request is in hand, and is disarmed only when bytes arrive that
/// no read waits for. When a read waits, the selector's thread takes the bytes for it: if they stayed in
/// the socket until the request's thread ran, the selector would be told of them again and disarm the
/// key. So most requests cost no change of the key. Jetty's own end point changes it twice for each
/// request, and wakes the selector to do so.
public final class ClientEndPoint extends SocketChannelEndPoint implements Client, OpenConnections.Closable {
    /// How far to look where a client speaks TLS, and so says goodbye before it goes: two alerts at the
    /// most.
    private static final int TLS_GOODBYE = 128;

    private static final int ARRIVED_BYTES = 16_384;

    /// Where a selector's thread reads into first; what has come is then copied into an array of its
    /// size. Outside the heap: from a buffer on the heap the JVM would make one more copy.
    private static final ThreadLocal<ByteBuffer> ARRIVED =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(ARRIVED_BYTES));

    private final Duration tunnelIdle;
    private final SelectionKey key;
    private final Invocable.Task fillable = new Invocable.Task() {
        @Override
        public void run() {
            getFillInterest().fillable();
        }

        @Override
        public InvocationType getInvocationType() {
            return getFillInterest().getCallbackInvocationType();
        }
    };
    private final Object selecting = new Object();
    /// True while the selector waits for bytes to read.
    private boolean armed;
    /// True while a read waits for them.
    private boolean awaited;
    /// True if the last read took all there was, and its request is over.
    private volatile boolean drained;
    private boolean lastReadWasShort;

    private final Object reading = new Object();
    /// What was read by looking, or by the selector's thread, and belongs to what the client says next.
    private @Nullable ByteBuffer ahead;
    /// When the head that is coming in began, by [System#nanoTime]; `null` where none is.
    private @Nullable Long headSince;
    private boolean headOver;
    private @Nullable Http2Session http2;
    /// The body of the request in hand.
    private @Nullable ClientBody inHand;
    private @Nullable Tunnel tunnel;
    private boolean leaving;

    private volatile @Nullable ClientRate answer;
    private volatile boolean answerBegun;
    private volatile boolean tooSlow;

    /// @param tunnelIdle for how long nothing may be said either way in a tunnel
    ClientEndPoint(
            SocketChannel channel,
            ManagedSelector selector,
            SelectionKey key,
            Scheduler scheduler,
            Duration tunnelIdle) {
        super(channel, selector, key, scheduler);
        this.tunnelIdle = tunnelIdle;
        this.key = key;
    }

    /// What a connection's bytes come from in the end.
    static ClientEndPoint below(EndPoint endPoint) {
        return (ClientEndPoint)
                (endPoint instanceof SslConnection.SslEndPoint tls
                        ? tls.getSslConnection().getEndPoint()
                        : endPoint);
    }

    private boolean encrypted() {
        return getConnection() instanceof SslConnection;
    }

    /// Notes that no head will come as HTTP/1.1 has them.
    void speaks(Http2Session session) {
        synchronized (reading) {
            http2 = session;
            headSince = null;
        }
    }

    /// The head that was coming in is whole, or will never be one.
    void headIsOver() {
        synchronized (reading) {
            headOver = true;
            headSince = null;
        }
    }

    @Override
    public void begin(ClientBody body) {
        answerBegun = false;
        synchronized (reading) {
            inHand = body;
        }
    }

    /// Notes that the connection has stopped speaking HTTP: whether the client is there and how fast it
    /// is, the tunnel finds out.
    public void begin(Tunnel tunnel) {
        boolean late;
        synchronized (reading) {
            inHand = null;
            this.tunnel = tunnel;
            late = leaving;
        }
        setIdleTimeout(tunnelIdle.toMillis());
        if (late) {
            Thread.startVirtualThread(tunnel::leave);
        }
    }

    boolean tunnelling() {
        synchronized (reading) {
            return tunnel != null;
        }
    }

    /// Asks both sides of a tunnel to close it, of one that begins later too. Never waits.
    void leave() {
        @Nullable Tunnel now;
        synchronized (reading) {
            leaving = true;
            now = tunnel;
        }
        if (now != null) {
            Thread.startVirtualThread(now::leave);
        }
    }

    @Override
    public void answering(ClientRate rate) {
        answer = rate;
    }

    @Override
    public void beginAnswer() {
        answerBegun = true;
    }

    /// True if it is not for Jetty to end the connection because nothing goes over it: the answer has
    /// nothing to say, or had until now. How long a client may pause within its body is [ClientInput]'s
    /// to say.
    boolean answerPauses() {
        @Nullable ClientRate rate = answer;
        if (rate != null) {
            return !rate.waits(Duration.ofMillis(getIdleTimeout()));
        }
        synchronized (reading) {
            return inHand != null && !answerBegun;
        }
    }

    void requestIsOver() {
        answer = null;
        synchronized (reading) {
            headOver = false;
            inHand = null;
            drained = lastReadWasShort;
            lastReadWasShort = false;
        }
    }

    /// Whether the client has closed the connection, or its half of it, while this request is in hand.
    /// Never waits.
    ///
    /// Only a read can tell, and it may bring a byte. Where the request has been read to its end, that
    /// byte is the first of another request, whose further bytes wake who waits for it; within a body it
    /// could be the last.
    @Override
    public boolean hasLeft(ClientBody body) {
        synchronized (reading) {
            if (inHand != body || !body.ended()) {
                return false;
            }
            if (ahead == null) {
                ahead = ByteBuffer.allocate(encrypted() ? TLS_GOODBYE : 1);
            }
            try {
                return ahead.hasRemaining() && getChannel().read(ahead) < 0;
            } catch (IOException e) {
                return true;
            }
        }
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        synchronized (reading) {
            if (drained) {
                drained = false;
                return 0; // if something has come since, the selector says so to the next that waits
            }
            // a closed connection takes no more requests, also none from what was read before
            int n = isAhead() && !isInputShutdown() ? fillAhead(buffer) : fillHere(buffer);
            if (n > 0 && !headOver && headSince == null && http2 == null) {
                headSince = System.nanoTime();
            }
            return n;
        }
    }

    private int fillHere(ByteBuffer buffer) throws IOException {
        int n = super.fill(buffer);
        lastReadWasShort = n > 0 && BufferUtil.space(buffer) > 0;
        return n;
    }

    /// What was read ahead the selector will not tell of.
    @Override
    protected void needsFillInterest() {
        boolean more;
        synchronized (reading) {
            drained = false;
            more = isAhead();
        }
        if (more) {
            Thread.startVirtualThread(getFillInterest()::fillable);
        } else {
            await();
        }
    }

    /// What Jetty keeps of the key changes together with what is kept here: else the selector could take
    /// the interest away that was just asked for, and the client's next request would never be read.
    private void await() {
        synchronized (selecting) {
            awaited = true;
            if (!armed) {
                armed = true;
                super.needsFillInterest();
            }
        }
        if (!isOpen()) { // close() fails a read that waits, but this one may have begun to wait after it
            getFillInterest().onFail(new ClosedChannelException());
        }
    }

    /// Called by the selector's thread.
    @Override
    public @Nullable Runnable onSelected() {
        int ready = key.readyOps();
        synchronized (selecting) {
            boolean waits = awaited;
            if (ready == SelectionKey.OP_READ && waits && readAhead()) {
                awaited = false;
                return fillable; // and go on waiting
            }
            if ((ready & SelectionKey.OP_READ) != 0) {
                armed = false;
                awaited = false;
                drained = false;
            }
            @Nullable Runnable task = super.onSelected();
            return ready == SelectionKey.OP_READ && !waits ? null : task; // nobody waits for what can be read
        }
    }

    /// Reads what has come, for the read that waits. Called by the selector's thread.
    ///
    /// @return false if there was nothing to take, or the connection has ended: the waiting read finds
    /// that itself
    private boolean readAhead() {
        ByteBuffer arrived = ARRIVED.get().clear();
        synchronized (reading) {
            if (isAhead()) {
                return false;
            }
            try {
                if (getChannel().read(arrived) <= 0) {
                    return false;
                }
            } catch (IOException e) {
                return false;
            }
            lastReadWasShort = arrived.hasRemaining();
            arrived.flip();
            ahead = ByteBuffer.allocate(arrived.remaining()).put(arrived);
            return true;
        }
    }

    /// True if bytes were read ahead. Under the lock `reading`.
    private boolean isAhead() {
        return ahead != null && ahead.position() > 0;
    }

    private int fillAhead(ByteBuffer buffer) {
        ByteBuffer read = Objects.requireNonNull(ahead);
        int position = BufferUtil.flipToFill(buffer);
        int n = BufferUtil.put(read.flip(), buffer);
        BufferUtil.flipToFlush(buffer, position);
        if (read.hasRemaining()) {
            read.compact();
        } else {
            ahead = null;
        }
        notIdle();
        return n;
    }

    @Override
    public boolean tooSlow() {
        return tooSlow;
    }

    /// Ends the connection where the client is too slow with a request's head, which is answered with
    /// 408, or with taking an answer. What a client says after the last answer on its connection is no
    /// head, and not answered.
    ///
    /// @param refused hears of the former
    void endIfTooSlow(Duration head, Exchange.Listener refused) {
        @Nullable Http2Session session;
        synchronized (reading) {
            session = http2;
        }
        if (session != null) {
            session.endIfLate(head, refused);
            return;
        }
        @Nullable ClientRate rate = answer;
        if (rate != null && rate.tooSlow()) {
            tooSlow = true;
            close();
        } else if (isHeadLate(head)) {
            if (!isOutputShutdown() && !encrypted()) {
                refused.finished(sayTooLate(head));
            }
            close();
        }
    }

    @Override
    public void cutForRoom(boolean again) {
        tooSlow = true;
        close();
    }

    @Override
    public void cut() {
        close();
    }

    @Override
    public void sendElsewhere(HttpFields.Mutable answer) {
        answer.put(HttpHeader.CONNECTION, "close");
    }

    @Override
    public void stopBody(IOException why) {
        @Nullable ClientBody body;
        synchronized (reading) {
            body = inHand;
        }
        if (body != null && !body.ended()) {
            body.stop(why);
        }
    }

    @Override
    public void endUnread(Request request) {
        Lingering.drain(request);
    }

    @Override
    public long idleMillis() {
        synchronized (reading) {
            if (isAhead() || tunnel != null) {
                return -1;
            }
            if (http2 == null) {
                return headSince != null || headOver || inHand != null ? -1 : getIdleFor();
            }
        }
        @Nullable HTTP2Session session = session();
        return session != null && session.getStreamCount() > 0 ? -1 : getIdleFor();
    }

    @Override
    public long headMillis() {
        synchronized (reading) {
            return headSince == null ? -1 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - headSince);
        }
    }

    /// A client of HTTP/2 is told with GOAWAY, where the kernel takes that at once. Of HTTP/1.1 it finds
    /// the connection closed, which may happen to any that is kept.
    @Override
    public void giveUp() {
        @Nullable HTTP2Session session = session();
        if (session != null) {
            session.close(ErrorCode.NO_ERROR.code, "too many connections", Callback.NOOP);
        }
        close();
    }

    /// `null` where it does not speak HTTP/2.
    private @Nullable HTTP2Session session() {
        @Nullable Connection connection = getConnection();
        if (connection instanceof SslConnection tls) {
            connection = tls.getSslEndPoint().getConnection();
        }
        return connection instanceof HTTP2Connection http2Connection ? http2Connection.getSession() : null;
    }

    private boolean isHeadLate(Duration head) {
        synchronized (reading) {
            return headSince != null && System.nanoTime() - headSince > head.toNanos();
        }
    }

    /// Nothing else is written as long as no request is in hand, so that this may go past Jetty. What
    /// the kernel does not take at once the client will not miss.
    private Exchange sayTooLate(Duration took) {
        String requestId = RequestId.of(null);
        Problem problem = Problem.of(408, "The request's head did not come in time.");
        byte[] json = problem.inRequest(requestId).json();
        String answer = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: " + Problem.CONTENT_TYPE
                + "\r\n" + RequestId.HEADER + ": " + requestId + "\r\nContent-Length: " + json.length + "\r\n\r\n";
        try {
            getChannel().write(new ByteBuffer[] {
                ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)), ByteBuffer.wrap(json)
            });
        } catch (IOException e) {
            // It has gone; it is logged all the same.
        }
        return Exchange.refused("-", "-", 408, json.length, took, requestId, problem.detail());
    }
}
