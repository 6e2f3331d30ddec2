package dev.stringsvc.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A hostile client. It keeps many connections busy from an address of its own, and replaces each one
/// that the gateway closes. Thread-safe.
final class Attacker implements AutoCloseable {
    /// A loopback address other than 127.0.0.1, which the innocent clients have.
    private static final byte[] ADDRESS = {127, 0, 0, 66};

    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

    /// The wait between the end of a connection and the next one. A faster attacker would distort the
    /// measurement, because it takes CPU time from the gateway on the same machine.
    private static final Duration PAUSE = Duration.ofMillis(100);

    /// What the attacker does with one connection, until the gateway closes it.
    @FunctionalInterface
    interface Manner {
        void use(Socket socket, Attacker attacker) throws IOException, InterruptedException;
    }

    private final int port;
    private final Manner manner;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    private Attacker(int port, Manner manner) {
        this.port = port;
        this.manner = manner;
    }

    /// Starts the attack with this number of connections at a time.
    static Attacker start(int connections, int port, Manner manner) {
        var attacker = new Attacker(port, manner);
        for (int i = 0; i < connections; i++) {
            attacker.threads.add(Thread.ofVirtual().start(attacker::run));
        }
        return attacker;
    }

    private void run() {
        try {
            do {
                use();
            } while (pause(PAUSE));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void use() throws InterruptedException {
        try (var socket = new Socket()) {
            open.add(socket);
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(ADDRESS), 0));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_TIMEOUT_MILLIS);
            opened.incrementAndGet();
            try {
                manner.use(socket, this);
            } finally {
                ended.incrementAndGet();
                open.remove(socket);
            }
        } catch (IOException e) {
            // refused or closed by the gateway, or closed by the end of the attack
        }
    }

    /// Waits, but not beyond the end of the attack.
    ///
    /// @return true if the attack goes on
    boolean pause(Duration time) throws InterruptedException {
        return !end.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// The number of connections opened so far.
    int opened() {
        return opened.get();
    }

    /// The number of connections that have ended, for any reason.
    int ended() {
        return ended.get();
    }

    /// Sends nothing.
    static Manner idle() {
        return (socket, _) -> drain(socket);
    }

    /// Sends the same request repeatedly, at this rate per connection, and reads the answers.
    static Manner asking(String request, int perSecond) {
        return (socket, attacker) -> {
            Thread reader = Thread.ofVirtual().start(() -> drainQuietly(socket));
            byte[] bytes = request.getBytes(ISO_8859_1);
            do {
                socket.getOutputStream().write(bytes);
            } while (reader.isAlive() && attacker.pause(Duration.ofSeconds(1).dividedBy(perSecond)));
        };
    }

    /// Sends `begin`, then one byte of `rest` each second, and reads until the gateway closes the
    /// connection.
    static Manner trickling(String begin, String rest) {
        return (socket, attacker) -> {
            socket.getOutputStream().write(begin.getBytes(ISO_8859_1));
            for (int i = 0; i < rest.length() && attacker.pause(Duration.ofSeconds(1)); i++) {
                socket.getOutputStream().write(rest.charAt(i));
            }
            drain(socket);
        };
    }

    /// Sends GETs over HTTP/2 with a window of 0, this number at a time. Each one that ends is
    /// replaced.
    static Manner stalledStreams(String path, int streams) {
        return (socket, _) -> {
            Http2Frames frames = http2(socket, new byte[] {0, 4, 0, 0, 0, 0});
            int next = 1;
            for (int i = 0; i < streams; i++, next += 2) {
                get(frames, next, path);
            }
            while (true) {
                Http2Frames.Frame frame = frames.read();
                frames.acknowledge(frame);
                if (frame.type() == Http2Frames.RST_STREAM) {
                    get(frames, next, path);
                    next += 2;
                }
            }
        };
    }

    private static void get(Http2Frames frames, int stream, String path) throws IOException {
        frames.send(
                Http2Frames.HEADERS,
                Http2Frames.END_STREAM | Http2Frames.END_OF_HEADERS,
                stream,
                StalledClient.head(path));
    }

    /// Sends a head over HTTP/2, a piece each second, and never its end.
    static Manner endlessHead() {
        return (socket, attacker) -> {
            Http2Frames frames = http2(socket);
            Thread.ofVirtual().start(() -> drainQuietly(socket));
            frames.send(Http2Frames.HEADERS, 0, 1, StalledClient.head("/"));
            while (attacker.pause(Duration.ofSeconds(1))) {
                frames.send(Http2Frames.CONTINUATION, 0, 1);
            }
        };
    }

    /// Sends the same frame as fast as the gateway reads it.
    static Manner flood(int type, int stream, byte... payload) {
        return (socket, attacker) -> {
            http2(socket);
            Thread.ofVirtual().start(() -> drainQuietly(socket));
            byte[] one = Http2Frames.bytes(type, 0, stream, payload);
            var many = new ByteArrayOutputStream();
            for (int i = 0; i < 500; i++) {
                many.writeBytes(one);
            }
            while (attacker.pause(Duration.ZERO)) {
                socket.getOutputStream().write(many.toByteArray());
            }
        };
    }

    private static Http2Frames http2(Socket socket, byte... settings) throws IOException {
        var frames = new Http2Frames(socket);
        frames.sendPreface();
        frames.send(Http2Frames.SETTINGS, 0, 0, settings);
        return frames;
    }

    private static void drain(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[4_096];
        while (in.read(buffer) >= 0) {
            // whatever it is
        }
    }

    private static void drainQuietly(Socket socket) {
        try {
            drain(socket);
        } catch (IOException e) {
            // ended
        }
    }

    @Override
    public void close() {
        end.countDown();
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
