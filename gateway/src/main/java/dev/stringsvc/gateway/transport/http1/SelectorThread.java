package dev.stringsvc.gateway.transport.http1;

import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.VitalThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/// One platform thread that waits for the sockets of all connections over HTTP/1.1, and tells their
/// listeners when they are ready. Thread-safe.
final class SelectorThread implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SelectorThread.class.getName());
    private static final long SWEEP_MILLIS = 1_000;

    private final Selector selector;
    private final Runnable sweep;
    private volatile boolean closed;

    /// Hears when a socket is ready.
    interface Listener {
        /// Called on the selector's thread when the socket is ready; must not block.
        void ready(SelectionKey key);
    }

    private SelectorThread(Selector selector, Runnable sweep) {
        this.selector = selector;
        this.sweep = sweep;
    }

    /// @param sweep called about once a second, on the selector's thread
    static SelectorThread start(String name, Runnable sweep) {
        try {
            var thread = new SelectorThread(Selector.open(), sweep);
            VitalThread.platform(name, () -> thread.closed, thread::run).start();
            return thread;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits for a non-blocking channel to become readable.
    SelectionKey register(SocketChannel channel, Listener listener) throws IOException {
        try {
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ, listener);
            wakeUp();
            return key;
        } catch (ClosedSelectorException e) {
            throw new IOException("the gateway is stopping", e);
        }
    }

    /// Lets a change of interest, or a closed channel, take effect at once.
    void wakeUp() {
        selector.wakeup();
    }

    private void run() {
        long sweptAt = System.nanoTime();
        while (!closed) {
            try {
                selector.select(SelectorThread::notify, SWEEP_MILLIS);
                long now = System.nanoTime();
                if (now - sweptAt >= SWEEP_MILLIS * 1_000_000) {
                    sweptAt = now;
                    sweep.run();
                }
            } catch (IOException | RuntimeException | Error e) { // without this thread no response is read
                FailStop.check("the selector of the connections to instances failed", e);
                LOG.log(System.Logger.Level.ERROR, "the selector of the connections to instances failed", e);
            }
        }
        try {
            selector.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the selector could not be closed", e);
        }
    }

    private static void notify(SelectionKey key) {
        try {
            ((Listener) key.attachment()).ready(key);
        } catch (CancelledKeyException e) {
            // the connection was closed meanwhile, which wakes the threads that wait for it
        }
    }

    @Override
    public void close() {
        closed = true;
        wakeUp();
    }
}
