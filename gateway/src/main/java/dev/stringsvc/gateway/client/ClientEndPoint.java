package dev.stringsvc.gateway.client;

import dev.stringsvc.gateway.tunnel.Tunnel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
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

/// A client's connection, which knows whether the client has gone away or is too slow. Thread-safe.
public final class ClientEndPoint extends SocketChannelEndPoint implements Client, ConnectionEvictor.Closable {
    /// The bytes to read to notice that a TLS client has gone away: at most two alerts come before the
    /// end.
    private static final int TLS_GOODBYE = 128;

    private static final int ARRIVED_BYTES = 16_384;

    /// The buffer into which a selector's thread reads; the bytes are then copied to a buffer of their
    /// size. It is direct, since for a heap buffer the JVM makes one more copy.
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
    /// True while the selector waits for bytes. It stays true while a request is in hand, so that most
    /// requests change nothing in the selector; Jetty's own end point changes the selection key twice
    /// for each request and wakes the selector for it. If bytes arrive and a read waits, the selector's
    /// thread reads them for it, since otherwise it would be told of the same bytes again. If no read
    /// waits, this becomes false.
    private boolean armed;
    /// True while a read waits for bytes.
    private boolean awaited;
    /// True if the last read emptied the socket, and its request is over.
    private volatile boolean drained;
    private boolean lastReadWasShort;

    private final Object reading = new Object();
    /// Bytes that [#hasLeft] or the selector's thread has read, and that belong to what the client sends
    /// next.
    private @Nullable ByteBuffer ahead;
    /// Under the lock `reading`.
    private final ConnectionUse use = new ConnectionUse();

    private final ResponseProgress response = new ResponseProgress();

    /// @param tunnelIdle the longest silence in a tunnel
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

    /// The end point of the socket, below TLS if there is TLS.
    static ClientEndPoint below(EndPoint endPoint) {
        return (ClientEndPoint)
                (endPoint instanceof SslConnection.SslEndPoint tls
                        ? tls.getSslConnection().getEndPoint()
                        : endPoint);
    }

    private boolean encrypted() {
        return getConnection() instanceof SslConnection;
    }

    /// The connection speaks HTTP/2 from now on.
    void speaks(Http2Session session) {
        synchronized (reading) {
            use.speaks(session);
        }
    }

    /// The head that was arriving is complete, or malformed.
    void headIsOver() {
        synchronized (reading) {
            use.headIsOver();
        }
    }

    @Override
    public void begin(ClientBody body) {
        response.reset();
        synchronized (reading) {
            use.begin(body);
        }
    }

    /// The connection becomes a tunnel, which itself notices whether the client is there.
    public void begin(Tunnel tunnel) {
        boolean late;
        synchronized (reading) {
            late = use.begin(tunnel);
        }
        setIdleTimeout(tunnelIdle.toMillis());
        if (late) {
            Thread.startVirtualThread(tunnel::leave);
        }
    }

    boolean tunnelling() {
        synchronized (reading) {
            return use.tunnelling();
        }
    }

    /// Asks both sides of a tunnel to close it. A tunnel that begins later is asked too. Never waits.
    void leave() {
        @Nullable Tunnel now;
        synchronized (reading) {
            now = use.leave();
        }
        if (now != null) {
            Thread.startVirtualThread(now::leave);
        }
    }

    @Override
    public void answering(ClientRate rate) {
        response.measure(rate);
    }

    @Override
    public void beginAnswer() {
        response.begin();
    }

    /// True if Jetty must not close the connection for being idle, since the response pauses or has not
    /// begun. [ClientInput] limits how long a client may pause within its body.
    boolean answerPauses() {
        boolean inHand;
        synchronized (reading) {
            inHand = use.inHand() != null;
        }
        return response.pauses(inHand, getIdleTimeout());
    }

    void requestIsOver() {
        response.end();
        synchronized (reading) {
            use.requestIsOver();
            drained = lastReadWasShort;
            lastReadWasShort = false;
        }
    }

    /// True if the client has closed the connection, or its writing half, while this request is in hand.
    /// Never waits.
    ///
    /// Only a read can tell, and it may return a byte. After the end of the request, this byte belongs
    /// to the next request, and further bytes will wake its read. Within a body it could be the last
    /// byte, and nothing would wake the read; so this returns false there.
    @Override
    public boolean hasLeft(ClientBody body) {
        synchronized (reading) {
            if (use.inHand() != body || !body.ended()) {
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
                return 0; // if bytes have arrived since, the selector reports them when a read waits
            }
            // once the connection is closed, no request may begin from bytes that were read before
            int n = isAhead() && !isInputShutdown() ? fillAhead(buffer) : fillHere(buffer);
            if (n > 0) {
                use.received();
            }
            return n;
        }
    }

    private int fillHere(ByteBuffer buffer) throws IOException {
        int n = super.fill(buffer);
        lastReadWasShort = n > 0 && BufferUtil.space(buffer) > 0;
        return n;
    }

    /// The selector does not report bytes that were read ahead.
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

    /// Changes Jetty's state of the key together with the state here. Otherwise the selector could
    /// remove an interest that was just set, and the client's next request would never be read.
    private void await() {
        synchronized (selecting) {
            awaited = true;
            if (!armed) {
                armed = true;
                super.needsFillInterest();
            }
        }
        if (!isOpen()) { // close() fails a read that waits, but this read may have begun to wait after that
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
                return fillable; // the key stays armed
            }
            if ((ready & SelectionKey.OP_READ) != 0) {
                armed = false;
                awaited = false;
                drained = false;
            }
            @Nullable Runnable task = super.onSelected();
            return ready == SelectionKey.OP_READ && !waits ? null : task; // no read waits
        }
    }

    /// Reads the bytes that have arrived, for the read that waits. Called by the selector's thread.
    ///
    /// @return false if there were none or the connection has ended, which the waiting read then notices
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
        return response.tooSlow();
    }

    /// Closes the connection if the client is too slow in sending a request's head, which gets a 408, or
    /// in reading a response. Bytes after the last response on a connection are not a head and get no
    /// response.
    ///
    /// @param refused hears of each 408
    void endIfTooSlow(Duration head, Exchange.Listener refused) {
        @Nullable Http2Session session;
        synchronized (reading) {
            session = use.http2();
        }
        if (session != null) {
            session.endIfLate(head, refused);
            return;
        }
        if (response.checkTooSlow()) {
            close();
        } else if (isHeadLate(head)) {
            if (!isOutputShutdown() && !encrypted()) {
                refused.finished(sendHeadTimeout(head));
            }
            close();
        }
    }

    @Override
    public void cutForRoom(boolean again) {
        response.cutAsTooSlow();
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
            body = use.inHand();
        }
        if (body != null && !body.ended()) {
            body.stop(why);
        }
    }

    @Override
    public void endUnread(Request request) {
        LingeringClose.drain(request);
    }

    @Override
    public long idleMillis() {
        synchronized (reading) {
            if (isAhead() || use.tunnelling()) {
                return -1;
            }
            if (use.http2() == null) {
                return use.busy() ? -1 : getIdleFor();
            }
        }
        @Nullable HTTP2Session session = session();
        return session != null && session.getStreamCount() > 0 ? -1 : getIdleFor();
    }

    @Override
    public long headMillis() {
        synchronized (reading) {
            long nanos = use.headNanos();
            return nanos < 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(nanos);
        }
    }

    /// Sends GOAWAY to an HTTP/2 client, if the kernel takes it at once. An HTTP/1.1 client finds the
    /// connection closed, which it must expect of any idle connection.
    @Override
    public void giveUp() {
        @Nullable HTTP2Session session = session();
        if (session != null) {
            session.close(ErrorCode.NO_ERROR.code, "too many connections", Callback.NOOP);
        }
        close();
    }

    /// The HTTP/2 session; `null` if the connection does not speak HTTP/2.
    private @Nullable HTTP2Session session() {
        @Nullable Connection connection = getConnection();
        if (connection instanceof SslConnection tls) {
            connection = tls.getSslEndPoint().getConnection();
        }
        return connection instanceof HTTP2Connection http2Connection ? http2Connection.getSession() : null;
    }

    private boolean isHeadLate(Duration head) {
        synchronized (reading) {
            return use.headNanos() > head.toNanos();
        }
    }

    /// Sends a 408 past Jetty, which writes nothing while no request is in hand. Bytes that the kernel
    /// does not take at once are dropped.
    private Exchange sendHeadTimeout(Duration took) {
        String requestId = RequestId.of(null);
        Problem problem =
                Problem.of(408, "The request's head did not arrive in time.").inRequest(requestId);
        try {
            getChannel().write(ByteBuffer.wrap(RawProblem.response(problem, RequestId.HEADER + ": " + requestId)));
        } catch (IOException e) {
            // the client has gone; it is logged all the same
        }
        return Exchange.refused("-", "-", 408, problem.json().length, took, requestId, problem.detail());
    }
}
