package dev.stringsvc.gateway.transport.h2;

import dev.stringsvc.gateway.http.HeaderFields;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.MetaData;
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

/// One stream: what Jetty hears of it is kept here until the thread of the attempt takes it. Jetty's
/// threads never wait; what they bring is bounded by the stream's window and by
/// [InstanceSession#LARGEST_HEAD]. The bytes of a body are copied, so that a few of them do not keep a
/// whole network buffer. Thread-safe.
final class Exchange implements Stream.Listener {
    private static final int PER_FIELD = 32;
    private static final byte[] NOTHING = new byte[0];

    /// The head of an answer, interim or final.
    record Head(int status, HeaderFields fields) {}

    private final ReceiveWindow window;
    private final Runnable closed;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Head> heads = new ArrayDeque<>();
    private final Incoming incoming = new Incoming();
    private @Nullable Stream stream;
    private @Nullable IOException failure;
    private volatile boolean begun;
    private volatile boolean refused;

    /// What has come and was not taken yet. Under the lock.
    private static final class Incoming {
        private byte[] bytes = NOTHING;
        private int count;
        private int headBytes;
        private boolean answered;
        private boolean ended;
        private HeaderFields trailers = HeaderFields.NONE;

        void add(ByteBuffer data) {
            int next = count + data.remaining();
            if (next > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(next, Math.min(2 * bytes.length, ReceiveWindow.LARGEST)));
            }
            data.get(bytes, count, next - count);
            count = next;
        }

        byte[] take() {
            byte[] taken = count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
            bytes = NOTHING;
            count = 0;
            return taken;
        }
    }

    /// @param closed called once the stream is over on both sides
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
        begun = true;
    }

    @Override
    public void onHeaders(Stream stream, HeadersFrame frame, Callback callback) {
        boolean ends = frame.isEndStream();
        locked(() -> {
            if (failure != null) {
                return; // else an answer that has failed could still end as a whole one
            }
            try {
                accept(frame.getMetaData(), ends);
                incoming.ended |= ends;
            } catch (ProtocolException e) {
                end(e);
            }
        });
        callback.succeeded();
    }

    private void accept(MetaData head, boolean ends) throws ProtocolException {
        var fields = new HeaderFields();
        for (HttpField field : head.getHttpFields()) {
            incoming.headBytes += field.getName().length() + field.getValue().length() + PER_FIELD;
            fields.add(field.getLowerCaseName(), field.getValue());
        }
        incoming.headBytes += PER_FIELD;
        if (incoming.headBytes > InstanceSession.LARGEST_HEAD) {
            throw new ProtocolException("the heads and trailers of the answer are too long");
        }
        if (!(head instanceof MetaData.Response response)) {
            if (!incoming.answered || !ends || incoming.ended) {
                throw new ProtocolException("a head where none may be");
            }
            incoming.trailers = fields;
            return;
        }
        boolean interim = response.getStatus() < 200;
        if (incoming.answered || (interim && ends)) {
            throw new ProtocolException("a head where none may be");
        }
        incoming.answered = !interim;
        heads.add(new Head(response.getStatus(), fields));
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
                if (!incoming.answered) {
                    end(new ProtocolException("a body before its head"));
                }
                if (failure == null) {
                    incoming.add(frame.getByteBuffer());
                    incoming.ended |= frame.isEndStream();
                }
            });
            data.release();
            if (frame.isEndStream()) {
                return; // a demand after the end calls back for ever
            }
            enlarge(window.taken(padding, false));
        }
    }

    @Override
    public void onReset(Stream stream, ResetFrame frame, Callback callback) {
        refused |= frame.getError() == ErrorCode.REFUSED_STREAM_ERROR.code;
        fail(new StreamResetException(frame.getError()));
        callback.succeeded();
    }

    @Override
    public void onFailure(Stream stream, int error, String reason, Throwable cause, Callback callback) {
        refused |= cause instanceof RetryableStreamException; // a GOAWAY says that it was not taken
        fail(refused ? new IOException("the instance goes away and has not taken the request", cause) : asIo(cause));
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

    /// Has [#await] look again.
    void wake() {
        locked(() -> {});
    }

    /// Ends what is not at its end yet.
    void fail(IOException cause) {
        locked(() -> end(cause));
    }

    private void end(IOException cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    /// Ends the attempt, wherever it is.
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

    /// True once something of the request may have reached the instance.
    boolean begun() {
        return begun;
    }

    /// True if the instance says that it has not taken the request.
    boolean refused() {
        return refused;
    }

    /// @throws IOException when the attempt has ended
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

    /// Waits until the condition holds; [#wake] has it asked again.
    ///
    /// @throws IOException when the attempt has ended first
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

    /// Waits for the next head: any number of interim ones and then the answer's.
    Head awaitHead() throws IOException {
        lock.lock();
        try {
            await(() -> !heads.isEmpty());
            return heads.remove();
        } finally {
            lock.unlock();
        }
    }

    /// True if nothing of the body is here, neither bytes nor its end.
    boolean dry() {
        lock.lock();
        try {
            return incoming.count == 0 && !incoming.ended && failure == null;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for more of the body.
    ///
    /// @return all that is here; `null` at the end
    byte @Nullable [] read() throws IOException {
        lock.lock();
        try {
            await(() -> incoming.count > 0 || incoming.ended);
            return incoming.count > 0 ? incoming.take() : null;
        } finally {
            lock.unlock();
        }
    }

    /// Notes that the client has taken this much, so that the instance may send on.
    void taken(int bytes) {
        enlarge(window.taken(bytes, dry()));
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
            return incoming.ended;
        } finally {
            lock.unlock();
        }
    }

    HeaderFields trailers() {
        lock.lock();
        try {
            return incoming.trailers;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the stream where it is not at its end, and forgets what nobody has taken. May be called
    /// twice.
    ///
    /// @param sent true if the whole request was sent
    void close(boolean sent) {
        boolean whole = ended();
        fail(new IOException("the answer was closed"));
        if (!whole || !sent) {
            reset(whole ? ErrorCode.NO_ERROR : ErrorCode.CANCEL_STREAM_ERROR);
        }
        locked(incoming::take);
        window.close();
    }
}
