package dev.stringsvc.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/// A client with one HTTP/2 connection whose streams have a window of 0, so that the gateway must not
/// send it any body.
final class StalledClient implements AutoCloseable {
    private static final int INITIAL_WINDOW_SIZE = 4;

    private final Socket socket;
    private final Http2Frames frames;
    private final AtomicInteger heads = new AtomicInteger();

    /// Sends this number of GETs at once.
    StalledClient(int port, String path, int streams) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        frames = new Http2Frames(socket);
        frames.sendPreface();
        frames.send(Http2Frames.SETTINGS, 0, 0, new byte[] {0, INITIAL_WINDOW_SIZE, 0, 0, 0, 0});
        Thread.ofVirtual().start(this::read);
        for (int i = 0; i < streams; i++) {
            frames.send(
                    Http2Frames.HEADERS, Http2Frames.END_STREAM | Http2Frames.END_OF_HEADERS, 2 * i + 1, head(path));
        }
    }

    /// The head of a GET, from the static table (RFC 7541, appendix A) and literals for the path and
    /// the authority.
    static byte[] head(String path) {
        var block = new ByteArrayOutputStream();
        block.writeBytes(new byte[] {(byte) 0x82, (byte) 0x86, 4, (byte) path.length()});
        block.writeBytes(path.getBytes(StandardCharsets.US_ASCII));
        block.writeBytes(new byte[] {1, 2, 'g', 'w'});
        return block.toByteArray();
    }

    private void read() {
        try {
            while (true) {
                Http2Frames.Frame frame = frames.read();
                frames.acknowledge(frame);
                if (frame.type() == Http2Frames.HEADERS) {
                    heads.incrementAndGet();
                }
            }
        } catch (IOException e) {
            // the connection has ended
        }
    }

    /// The number of streams whose answer has begun.
    int heads() {
        return heads.get();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
