package dev.stringsvc.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.eclipse.jetty.util.NanoTime;

/// An instance that speaks h2c frame by frame. It answers with the number of bytes in the path's last
/// segment and respects the windows; or it sends CONTINUATION frames for as long as the gateway reads.
/// Thread-safe.
final class Http2Instance implements AutoCloseable {
    private static final int PIECE = 16_384;
    private static final int DEFAULT_WINDOW = 65_535;
    private static final byte STATUS_200 = (byte) 0x88;
    private static final int LARGE = 100 << 20;

    private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final boolean endless;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong largeSent = new AtomicLong();

    /// @param endless true if heads never end
    Http2Instance(boolean endless) throws IOException {
        this.endless = endless;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /// The number of bytes sent in CONTINUATION and DATA frames.
    long sent() {
        return sent.get();
    }

    /// The number of bytes sent of answers of 100 MiB.
    long largeSent() {
        return largeSent.get();
    }

    int connections() {
        return open.size();
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var frames = new Http2Frames(socket);
            frames.skipPreface();
            frames.send(Http2Frames.SETTINGS, 0, 0);
            new Session(frames).run();
        } catch (IOException | HpackException e) {
            // the gateway has closed the connection
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One connection. Used by one thread.
    private final class Session {
        private final Http2Frames frames;
        private final HpackDecoder decoder = new HpackDecoder(65_536, NanoTime::now);
        private final Map<Integer, Answer> answers = new HashMap<>();
        private long initial = DEFAULT_WINDOW;
        private long window = DEFAULT_WINDOW;

        Session(Http2Frames frames) {
            this.frames = frames;
        }

        void run() throws IOException, HpackException {
            while (true) {
                Http2Frames.Frame frame = frames.read();
                frames.acknowledge(frame);
                ByteBuffer payload = ByteBuffer.wrap(frame.payload());
                switch (frame.type()) {
                    case Http2Frames.SETTINGS -> settings(payload);
                    case Http2Frames.WINDOW_UPDATE -> enlarge(frame.stream(), payload.getInt());
                    case Http2Frames.HEADERS -> begin(frame.stream(), payload);
                    default -> {}
                }
                for (var answer : answers.entrySet()) {
                    send(answer.getKey(), answer.getValue());
                }
                answers.values().removeIf(answer -> answer.left == 0);
            }
        }

        private void settings(ByteBuffer payload) {
            while (payload.hasRemaining()) {
                int name = payload.getShort();
                int value = payload.getInt();
                if (name == 4) {
                    initial = value;
                }
            }
        }

        private void enlarge(int stream, int by) {
            if (stream == 0) {
                window += by;
            } else {
                answers.computeIfPresent(stream, (_, answer) -> answer.enlarge(by));
            }
        }

        private void begin(int stream, ByteBuffer block) throws IOException, HpackException {
            if (endless) {
                continueForEver(stream);
            }
            var request = (MetaData.Request) decoder.decode(block);
            String path = request.getHttpURI().getPath();
            frames.send(Http2Frames.HEADERS, Http2Frames.END_OF_HEADERS, stream, STATUS_200);
            answers.put(stream, new Answer(Integer.parseInt(path.substring(path.lastIndexOf('/') + 1)), initial));
        }

        private void continueForEver(int stream) throws IOException {
            frames.send(Http2Frames.HEADERS, 0, stream, STATUS_200);
            byte[] piece = new byte[PIECE];
            while (true) {
                frames.send(Http2Frames.CONTINUATION, 0, stream, piece);
                sent.addAndGet(PIECE);
            }
        }

        private void send(int stream, Answer answer) throws IOException {
            while (true) {
                int n = (int) Math.min(Math.min(PIECE, answer.left), Math.min(window, answer.window));
                if (n <= 0) {
                    return;
                }
                answer.left -= n;
                answer.window -= n;
                window -= n;
                frames.send(Http2Frames.DATA, answer.left == 0 ? Http2Frames.END_STREAM : 0, stream, new byte[n]);
                sent.addAndGet(n);
                if (answer.length == LARGE) {
                    largeSent.addAndGet(n);
                }
            }
        }
    }

    private static final class Answer {
        private final int length;
        private int left;
        private long window;

        Answer(int length, long window) {
            this.length = length;
            this.left = length;
            this.window = window;
        }

        Answer enlarge(int by) {
            window += by;
            return this;
        }
    }
}
