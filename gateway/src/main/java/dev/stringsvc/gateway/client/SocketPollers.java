package dev.stringsvc.gateway.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts the JVM's threads that wait for sockets on behalf of virtual threads. The JVM starts them when
/// a virtual thread first waits for a socket, and if there are no file descriptors left then, every wait
/// fails from then on. So they are started before clients can take the descriptors.
public final class SocketPollers {
    private static final Logger LOG = LoggerFactory.getLogger(SocketPollers.class);
    private static final long LOOK_NANOS = 100_000;
    private static final int BUFFER = 8_192;
    /// More bytes than the buffers of both sockets hold.
    private static final int MORE_THAN_FITS = 1 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private SocketPollers() {}

    /// Lets one virtual thread wait for a read and one for a write, on a connection of this process to
    /// itself.
    public static void start() {
        try (var listening = new ServerSocket()) {
            listening.setReceiveBufferSize(BUFFER);
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            try (var here = new Socket()) {
                here.setSendBufferSize(BUFFER);
                here.connect(listening.getLocalSocketAddress());
                try (Socket there = listening.accept()) {
                    awaitRead(here, there);
                    there.setSoTimeout((int) PATIENCE.toMillis());
                    awaitWrite(here, there);
                }
            }
        } catch (IOException e) {
            LOG.warn("the JVM's threads that wait for sockets could not be started: {}", e.toString());
        }
    }

    private static void awaitRead(Socket here, Socket there) throws IOException {
        Thread reader = waiting(() -> {
            int _ = there.getInputStream().read();
        });
        here.getOutputStream().write(1);
        join(reader);
    }

    private static void awaitWrite(Socket here, Socket there) throws IOException {
        Thread writer = waiting(() -> {
            here.getOutputStream().write(new byte[MORE_THAN_FITS]);
            here.shutdownOutput();
        });
        InputStream in = there.getInputStream();
        in.skipNBytes(MORE_THAN_FITS);
        join(writer);
    }

    private interface Transfer {
        void run() throws IOException;
    }

    /// Starts a virtual thread, and returns once it waits.
    private static Thread waiting(Transfer transfer) {
        Thread thread = Thread.ofVirtual().name("socket-pollers").start(() -> {
            try {
                transfer.run();
            } catch (IOException e) {
                LOG.warn("the JVM's threads that wait for sockets could not be started: {}", e.toString());
            }
        });
        long start = System.nanoTime();
        while (thread.getState() != Thread.State.WAITING
                && thread.isAlive()
                && System.nanoTime() - start < PATIENCE.toNanos()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return thread;
    }

    private static void join(Thread thread) {
        try {
            thread.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
