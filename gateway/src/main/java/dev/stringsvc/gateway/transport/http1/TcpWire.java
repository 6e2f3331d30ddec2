package dev.stringsvc.gateway.transport.http1;

import dev.stringsvc.gateway.transport.NoSocketException;
import dev.stringsvc.program.FailStop;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A TCP connection that knows how many bytes the kernel has taken from it, and whether its other end
/// refused them.
///
/// The selector waits for it all the time, also while it is idle, so that a request costs no change of what
/// is waited for. Who may read is a state: the thread of a request while it runs; the selector while that
/// thread waits, into the thread's own buffer, so that the thread is woken once and finds its bytes; nobody
/// while the connection is idle, since whatever comes then makes it useless.
final class TcpWire implements Wire, SelectorThread.Listener {
    /// What every path carries in one segment.
    private static final int ONE_SEGMENT = 1_200;

    /// Within which time RST follows what it refuses, where the other end is near.
    private static final long RESET_NANOS = 30_000_000;

    private static final int RUNNING = 0;
    private static final int WAITING = 1;
    private static final int FILLING = 2;
    private static final int IDLE = 3;
    private static final int LOOKING = 4;

    private static final int NOTHING_YET = -3;
    private static final int FAILED = -2;

    private final SocketChannel channel;
    private final SelectorThread selector;
    private final AtomicInteger state = new AtomicInteger(RUNNING);
    private @Nullable SelectionKey key;

    private volatile boolean disarmed;
    private volatile @Nullable Thread reader;
    private @Nullable Supplier<ByteBuffer> target;
    private volatile int filled = NOTHING_YET;
    private volatile @Nullable IOException failure;

    private volatile @Nullable Thread writer;
    private volatile boolean writable;

    private volatile long accepted;
    private volatile long unanswered;
    private volatile int writes;
    private volatile boolean heard;
    private volatile boolean refused;
    private volatile long usedAt = System.nanoTime();
    private volatile boolean cut;

    TcpWire(SelectorThread selector) throws IOException {
        this.selector = selector;
        try {
            this.channel = SocketChannel.open();
        } catch (IOException e) {
            throw new NoSocketException(e);
        }
        // a body goes out in more than one write: else its end waits for the acknowledgement of the first part
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /// Connects; waits for that on the calling thread. [#cut] ends it.
    void connect(SocketAddress address, Duration timeout) throws IOException {
        long millis = Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE);
        channel.socket().connect(address, (int) millis);
        channel.configureBlocking(false);
        key = selector.register(channel, this);
    }

    @Override
    public TcpWire tcp() {
        return this;
    }

    /// A request begins: what is written from now on may be refused.
    void begin() {
        unanswered = 0;
        writes = 0;
        heard = false;
    }

    /// How many bytes the kernel has taken.
    long accepted() {
        return accepted;
    }

    /// How long ago something was written.
    Duration unused() {
        return Duration.ofNanos(System.nanoTime() - usedAt);
    }

    /// True if it is certain that the other end had closed the connection before what was written last came.
    ///
    /// The kernel there refuses what comes for a closed connection with RST. Where somebody took what was
    /// written and closed then, there is FIN and nothing else. That is so for what arrives at once, and only
    /// that is judged: what fits into one segment and was written at once. Of two writes the other end may
    /// have read the first.
    boolean refused() {
        return refused;
    }

    /// True if something has come that nobody has looked at. May be asked by any thread.
    boolean isHeard() {
        try {
            return filled > 0 || channel.socket().getInputStream().available() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /// Gives the connection up to the selector, which closes it if anything comes.
    void idle() {
        state.set(IDLE);
        rearm();
    }

    /// Takes the connection back from the selector.
    ///
    /// @return false where the other end has closed it, or said what nobody asked for
    boolean resume() {
        while (!state.compareAndSet(IDLE, RUNNING)) {
            if (state.get() != LOOKING) {
                return false;
            }
            Thread.onSpinWait(); // for one read that does not block
        }
        return isQuiet();
    }

    private boolean isQuiet() {
        try {
            return channel.read(ByteBuffer.allocate(1)) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void ready(SelectionKey ready) {
        int ops = ready.readyOps();
        if ((ops & SelectionKey.OP_WRITE) != 0) {
            ready.interestOpsAnd(~SelectionKey.OP_WRITE);
            writable = true;
            LockSupport.unpark(writer);
        }
        if ((ops & SelectionKey.OP_READ) != 0) {
            readable(ready);
        }
    }

    private void readable(SelectionKey ready) {
        if (state.compareAndSet(WAITING, FILLING)) {
            fill();
        } else if (state.compareAndSet(IDLE, LOOKING)) {
            look();
        } else {
            ready.interestOpsAnd(~SelectionKey.OP_READ);
            disarmed = true;
            int now = state.get();
            if (now == WAITING || now == IDLE) { // since it was looked at
                rearm();
            }
        }
    }

    /// Closes an idle connection to which something came. The selector may be late: what it tells of may have
    /// been read while a request ran, and then nothing is here.
    private void look() {
        if (!isQuiet()) {
            cut();
        }
        state.set(IDLE);
    }

    private void fill() {
        int n;
        @Nullable Throwable failed = null;
        try {
            n = channel.read(Objects.requireNonNull(target).get());
            if (n == 0) {
                state.set(WAITING);
                if (cut) {
                    LockSupport.unpark(reader); // what woke it before found that this had not ended
                }
                return;
            }
        } catch (IOException | RuntimeException | Error e) { // who waits is told; the selector goes on
            failed = e;
            failure = e instanceof IOException io ? io : new IOException(e);
            n = FAILED;
        }
        filled = n;
        state.set(RUNNING);
        LockSupport.unpark(reader);
        if (failed != null) {
            FailStop.check("reading from an instance failed", failed);
        }
    }

    private void rearm() {
        if (disarmed) {
            disarmed = false;
            SelectionKey armed = key;
            try {
                if (armed != null && armed.isValid()) {
                    armed.interestOpsOr(SelectionKey.OP_READ);
                    selector.wakeUp();
                }
            } catch (CancelledKeyException e) {
                // it was cut at this moment, which whoever waits finds out
            }
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return heard(channel.read(into));
    }

    @Override
    public void expect(Supplier<ByteBuffer> into) {
        target = into;
        filled = NOTHING_YET;
        reader = Thread.currentThread();
        state.set(WAITING);
        rearm();
    }

    /// True between [#expect] and the end of [#await].
    boolean isExpecting() {
        return reader != null;
    }

    @Override
    public int await() throws IOException {
        while (state.get() != RUNNING) {
            if (cut && state.compareAndSet(WAITING, RUNNING)) {
                break;
            }
            LockSupport.park(this);
        }
        reader = null;
        int n = filled;
        filled = NOTHING_YET;
        if (n == NOTHING_YET) {
            throw new ClosedChannelException();
        }
        @Nullable IOException why = failure;
        if (n == FAILED && why != null) {
            throw why;
        }
        return heard(n);
    }

    /// Finds out, where the connection ends instead of an answer, whether the request was refused.
    private int heard(int n) {
        if (n > 0) {
            heard = true; // who has said something had read the request's head
        } else if (n < 0 && !heard && writes == 1 && unanswered > 0 && unanswered <= ONE_SEGMENT) {
            refused = isReset();
            unanswered = 0; // what it wrote is refused in any case
        }
        return n;
    }

    /// After FIN only a write shows that RST has come too. What it writes is for a connection that is over.
    private boolean isReset() {
        long until = System.nanoTime() + RESET_NANOS;
        for (long left = RESET_NANOS; left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left); // a wake-up that comes late ends one wait
        }
        try {
            channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public boolean write(ByteBuffer... parts) throws IOException {
        count(parts.length == 1 ? channel.write(parts[0]) : channel.write(parts));
        for (ByteBuffer part : parts) {
            if (part.hasRemaining()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void writeFully(ByteBuffer part) throws IOException {
        writer = Thread.currentThread();
        try {
            while (true) {
                count(channel.write(part));
                if (!part.hasRemaining()) {
                    return;
                }
                awaitWritable();
            }
        } finally {
            writer = null;
        }
    }

    private void awaitWritable() throws IOException {
        SelectionKey armed = key;
        if (armed == null || !armed.isValid()) {
            throw new EOFException("the connection was closed");
        }
        writable = false;
        try {
            armed.interestOpsOr(SelectionKey.OP_WRITE);
        } catch (CancelledKeyException e) {
            throw new ClosedChannelException();
        }
        selector.wakeUp();
        while (!writable) {
            if (cut) {
                throw new ClosedChannelException();
            }
            LockSupport.park(this);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void count(long bytes) {
        accepted += bytes;
        unanswered += bytes;
        writes++;
        usedAt = System.nanoTime();
    }

    @Override
    public boolean rest() {
        return true;
    }

    @Override
    public void end() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void cut() {
        cut = true;
        try {
            channel.close();
        } catch (IOException e) {
            // it is gone in any case
        }
        selector.wakeUp(); // which lets go of the socket
        LockSupport.unpark(reader);
        LockSupport.unpark(writer);
    }
}
