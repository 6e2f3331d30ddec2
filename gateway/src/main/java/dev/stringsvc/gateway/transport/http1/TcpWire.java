package dev.stringsvc.gateway.transport.http1;

import dev.stringsvc.gateway.transport.NoSocketException;
import dev.stringsvc.program.FailStop;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A TCP connection to an instance.
///
/// The selector waits for bytes all the time, also while the connection is idle, so that a request does
/// not change what the selector waits for. A state says who may read:
/// - the thread of the request, while it runs;
/// - the selector's thread, while the thread of the request waits. It reads into that thread's buffer
///   and wakes it once the bytes are there;
/// - nobody, while the connection is idle. Whatever arrives then closes the connection.
final class TcpWire implements Wire, SelectorThread.Listener {
    /// The thread of the request may read.
    private static final int RUNNING = 0;
    /// The thread of the request waits for bytes.
    private static final int WAITING = 1;
    /// The selector's thread reads for the thread that waits.
    private static final int FILLING = 2;
    /// The connection carries no request.
    private static final int IDLE = 3;
    /// The selector's thread looks whether something came to an idle connection.
    private static final int LOOKING = 4;

    /// Values of `filled`, besides a number of bytes and -1 at the end.
    private static final int NOTHING_YET = -3;

    private static final int FAILED = -2;

    private final SocketChannel channel;
    private final SelectionInterest interest;
    private final RequestDelivery delivery;
    private final WriteWait writeWait = new WriteWait();
    private final AtomicInteger state = new AtomicInteger(RUNNING);
    private volatile @Nullable Thread reader;
    private @Nullable Supplier<ByteBuffer> target;
    private volatile int filled = NOTHING_YET;
    private volatile @Nullable IOException failure;
    private volatile boolean cut;

    TcpWire(SelectorThread selector) throws IOException {
        this.interest = new SelectionInterest(selector);
        try {
            this.channel = SocketChannel.open();
        } catch (IOException e) {
            throw new NoSocketException(e);
        }
        // a body is sent in several writes; with Nagle's algorithm the last would wait for an acknowledgement
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        this.delivery = new RequestDelivery(channel);
    }

    /// Connects, on the calling thread. [#cut] ends the wait.
    void connect(SocketAddress address, Duration timeout) throws IOException {
        long millis = Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE);
        channel.socket().connect(address, (int) millis);
        channel.configureBlocking(false);
        interest.register(channel, this);
    }

    @Override
    public TcpWire tcp() {
        return this;
    }

    RequestDelivery delivery() {
        return delivery;
    }

    /// The time since something was last written.
    Duration unused() {
        return Duration.ofNanos(System.nanoTime() - delivery.usedAt());
    }

    /// True if bytes have arrived that were not read yet. May be called by any thread.
    boolean hasUnread() {
        try {
            return filled > 0 || channel.socket().getInputStream().available() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /// Marks the connection as idle: from now on the selector closes it when anything arrives.
    void idle() {
        state.set(IDLE);
        interest.turnReadOn();
    }

    /// Takes an idle connection for a request.
    ///
    /// @return false if the instance has closed it, or has sent bytes without a request
    boolean resume() {
        while (!state.compareAndSet(IDLE, RUNNING)) {
            if (state.get() != LOOKING) {
                return false;
            }
            Thread.onSpinWait(); // as long as one non-blocking read takes
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
            writeWait.ready();
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
            interest.turnReadOff(ready);
            int now = state.get();
            if (now == WAITING || now == IDLE) { // the state changed meanwhile
                interest.turnReadOn();
            }
        }
    }

    /// Closes an idle connection to which something came. The selector may be late and report bytes that
    /// the previous request has read; then nothing is here and the connection stays.
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
                    LockSupport.unpark(reader); // cut() woke it while the state was FILLING, so it went on waiting
                }
                return;
            }
        } catch (IOException | RuntimeException | Error e) { // passed to the reader; the selector's thread goes on
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

    @Override
    public int read(ByteBuffer into) throws IOException {
        return delivery.read(channel.read(into));
    }

    @Override
    public void expect(Supplier<ByteBuffer> into) {
        target = into;
        filled = NOTHING_YET;
        reader = Thread.currentThread();
        state.set(WAITING);
        interest.turnReadOn();
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
        return delivery.read(n);
    }

    @Override
    public boolean write(ByteBuffer... parts) throws IOException {
        delivery.wrote(parts.length == 1 ? channel.write(parts[0]) : channel.write(parts));
        for (ByteBuffer part : parts) {
            if (part.hasRemaining()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void writeFully(ByteBuffer part) throws IOException {
        writeWait.begin();
        try {
            while (true) {
                delivery.wrote(channel.write(part));
                if (!part.hasRemaining()) {
                    return;
                }
                writeWait.await(interest, () -> cut);
            }
        } finally {
            writeWait.end();
        }
    }

    @Override
    public boolean releaseBuffers() {
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
            // the connection is gone in any case
        }
        interest.release();
        LockSupport.unpark(reader);
        writeWait.wake();
    }
}
