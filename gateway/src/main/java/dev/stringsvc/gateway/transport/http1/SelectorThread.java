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

/// Waits for the sockets of all connections that it was given, and wakes who waits for one of them. One
/// thread of the platform. Thread-safe.
final class SelectorThread implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SelectorThread.class.getName());
    private static final long SWEEP_MILLIS = 1_000;

    private final Selector selector;
    private final Runnable sweep;
    private volatile boolean closed;

    /// What one socket is waited for.
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

    /// Waits for the channel, which must not block, to become readable.
    SelectionKey register(SocketChannel channel, Listener listener) throws IOException {
        try {
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ, listener);
            wakeUp();
            return key;
        } catch (ClosedSelectorException e) {
            throw new IOException("the gateway stops", e);
        }
    }

    /// Lets a change of what is waited for take effect now.
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
            } catch (IOException | RuntimeException | Error e) { // without this thread no instance is heard
                FailStop.check("waiting for instances failed", e);
                LOG.log(System.Logger.Level.ERROR, "waiting for instances failed", e);
            }
        }
        try {
            selector.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the selector was not closed", e);
        }
    }

    private static void notify(SelectionKey key) {
        try {
            ((Listener) key.attachment()).ready(key);
        } catch (CancelledKeyException e) {
            // its connection was closed meanwhile, which wakes who waits
        }
    }

    @Override
    public void close() {
        closed = true;
        wakeUp();
    }
}
