package dev.stringsvc.gateway.transport.h2;

import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.StreamResetException;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.RetryableStreamException;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.http2.frames.WindowUpdateFrame;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// One stream. It keeps what arrives until the attempt's thread takes it, so Jetty's threads never wait.
/// The stream's window and [InstanceSession#LARGEST_HEAD] limit how much that is. The bytes of a body
/// are copied, so that a few of them do not hold a whole network buffer. Thread-safe.
final class Exchange implements Stream.Listener {
    /// The head of an interim or final response.
    record Head(int status, HeaderFields fields) {}

    /// Ends every exchange, so it has no stack trace, which would take more time than all else here.
    private static final class ClosedException extends IOException {
        private static final long serialVersionUID = 1;

        ClosedException() {
            super("the answer was closed");
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    private final ReceiveWindow window;
    private final Runnable closed;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ReceivedResponse incoming = new ReceivedResponse();
    private @Nullable Stream stream;
    private @Nullable IOException failure;
    private volatile boolean begun;
    private volatile boolean refused;

    /// @param closed called once the stream is closed on both sides
    Exchange(ReceiveWindow window, Runnable closed) {
        this.window = window;
        this.closed = closed;
    }

    // Jetty's threads

    @Override
    public void onNewStream(Stream stream) {
        locked(() -> this.stream = stream);
        stream.demand();
    }

    /// The first frame is about to be written.
    void leaving() {
        if (!begun) {
            begun = true;
            wake();
        }
    }

    @Override
    public void onHeaders(Stream stream, HeadersFrame frame, Callback callback) {
        boolean ends = frame.isEndStream();
        locked(() -> {
            if (failure != null) {
                return; // otherwise a failed response could still end as a complete one
            }
            try {
                incoming.add(frame.getMetaData(), ends);
            } catch (ProtocolException e) {
                end(e);
            }
        });
        callback.succeeded();
    }

    @Override
    public void onDataAvailable(Stream stream) {
        while (true) {
            Stream.Data data = stream.readData();
            if (data == null) {
                stream.demand();
                return;
            }
            DataFrame frame = data.frame();
            int padding = frame.flowControlLength() - frame.remaining();
            locked(() -> {
                if (!incoming.answered()) {
                    end(new ProtocolException("a body before the head"));
                }
                if (failure == null) {
                    incoming.add(frame.getByteBuffer(), frame.isEndStream());
                }
            });
            data.release();
            if (frame.isEndStream()) {
                return; // a demand after the last frame would make Jetty call this again and again
            }
            enlarge(window.taken(padding, false));
        }
    }

    @Override
    public void onReset(Stream stream, ResetFrame frame, Callback callback) {
        refused |= frame.getError() == ErrorCode.REFUSED_STREAM_ERROR.code;
        int code = frame.getError();
        fail(new StreamResetException(code, ErrorCode.toString(code, Integer.toString(code))));
        callback.succeeded();
    }

    @Override
    public void onFailure(Stream stream, int error, String reason, Throwable cause, Callback callback) {
        refused |= cause instanceof RetryableStreamException; // a GOAWAY says: not handled
        fail(
                refused
                        ? new IOException("the instance closes the connection and has not handled the request", cause)
                        : asIo(cause));
        callback.succeeded();
    }

    @Override
    public void onClosed(Stream stream) {
        closed.run();
    }

    static IOException asIo(Throwable cause) {
        return cause instanceof IOException io ? io : new IOException(cause.toString(), cause);
    }

    // any thread

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Makes [#await] check its condition again.
    void wake() {
        locked(() -> {});
    }

    /// Fails the response, unless it has failed already.
    void fail(IOException cause) {
        locked(() -> end(cause));
    }

    private void end(IOException cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    /// Aborts the attempt and resets its stream.
    void cut(IOException cause) {
        fail(cause);
        reset(ErrorCode.CANCEL_STREAM_ERROR);
    }

    private void reset(ErrorCode code) {
        @Nullable Stream open = stream();
        if (open != null && !open.isClosed()) {
            open.reset(new ResetFrame(open.getId(), code.code), Callback.NOOP);
        }
    }

    @Nullable
    Stream stream() {
        lock.lock();
        try {
            return stream;
        } finally {
            lock.unlock();
        }
    }

    // the thread of the attempt

    /// True once a part of the request may have reached the instance.
    boolean begun() {
        return begun;
    }

    /// True if the instance said that it has not handled the request.
    boolean refused() {
        return refused;
    }

    /// @throws IOException if the attempt has ended
    void failIfOver() throws IOException {
        lock.lock();
        try {
            if (failure != null) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the condition is true; [#wake] makes it check again.
    ///
    /// @throws IOException if the attempt ends first
    void await(BooleanSupplier condition) throws IOException {
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (failure != null) {
                    throw failure;
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the first frame, the head, is about to be written. Jetty keeps the heads of new streams in
    /// their order, so that of one may wait for another thread, while further frames go out at once. An instance
    /// that gets a body before its head closes the connection, with all streams on it.
    ///
    /// @throws IOException if the attempt ends first
    void awaitLeaving() throws IOException {
        if (!begun) {
            await(() -> begun);
        }
    }

    /// Waits for the next head, interim or final.
    Head awaitHead() throws IOException {
        lock.lock();
        try {
            await(incoming::hasHead);
            return incoming.takeHead();
        } finally {
            lock.unlock();
        }
    }

    /// Waits for the first bytes of the body or its end, at most so long.
    ///
    /// @throws IOException if the attempt ends first
    void awaitBody(Duration atMost) throws IOException {
        lock.lock();
        try {
            for (long left = atMost.toNanos(); left > 0 && isEmpty(); ) {
                left = changed.awaitNanos(left);
            }
            if (!incoming.hasBytes() && !incoming.ended()) {
                failIfOver();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /// True if neither bytes of the body nor its end have arrived.
    boolean isEmpty() {
        lock.lock();
        try {
            return !incoming.hasBytes() && !incoming.ended() && failure == null;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for more of the body.
    ///
    /// @return all bytes that have arrived; `null` at the end
    byte @Nullable [] read() throws IOException {
        lock.lock();
        try {
            await(() -> incoming.hasBytes() || incoming.ended());
            return incoming.hasBytes() ? incoming.takeBytes() : null;
        } finally {
            lock.unlock();
        }
    }

    /// Notes that the client has taken this many bytes, so that the instance may send more.
    void taken(int bytes) {
        enlarge(window.taken(bytes, isEmpty()));
    }

    private void enlarge(int bytes) {
        @Nullable Stream open = stream();
        if (bytes > 0 && open instanceof HTTP2Stream http2 && !http2.isRemotelyClosed()) {
            http2.updateRecvWindow(bytes);
            HTTP2Session session = http2.getSession();
            session.frames(http2, List.of(new WindowUpdateFrame(http2.getId(), bytes)), Callback.NOOP);
        }
    }

    boolean ended() {
        lock.lock();
        try {
            return incoming.ended();
        } finally {
            lock.unlock();
        }
    }

    HeaderFields trailers() {
        lock.lock();
        try {
            return incoming.trailers();
        } finally {
            lock.unlock();
        }
    }

    /// Resets the stream unless it is complete, and drops bytes that were not taken. May be called
    /// twice.
    ///
    /// @param sent true if the whole request was sent
    void close(boolean sent) {
        boolean whole = ended();
        fail(new ClosedException());
        if (!whole || !sent) {
            reset(whole ? ErrorCode.NO_ERROR : ErrorCode.CANCEL_STREAM_ERROR);
        }
        locked(incoming::takeBytes);
        window.close();
    }
}
