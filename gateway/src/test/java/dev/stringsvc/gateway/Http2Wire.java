package dev.stringsvc.gateway;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A client that speaks HTTP/2 frame by frame, and says what no library would. It gives no window to answers beyond the
/// first 64 KiB. A read that takes longer than ten seconds fails.
final class Http2Wire implements AutoCloseable {
    static final int DATA = 0;
    static final int GOAWAY = 7;
    private static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int END_OF_HEADERS = 0x4;
    private static final int END_STREAM_AND_HEADERS = 0x5;
    private static final int CANCEL = 8;

    private final Socket socket;
    private final DataInputStream in;
    private int stream = -1;

    Http2Wire(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(SETTINGS, 0, 0, new byte[0]);
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload);
        socket.getOutputStream().write(frame.array());
    }

    /// Sends a GET.
    ///
    /// @param namesAndValues of further headers
    /// @return its stream
    int get(String path, String... namesAndValues) throws IOException {
        stream += 2;
        var block = new ByteArrayOutputStream();
        header(block, ":method", "GET");
        header(block, ":scheme", "https"); // as a proxy before the gateway may say, or a liar
        header(block, ":path", path);
        header(block, ":authority", "gw");
        for (int i = 0; i < namesAndValues.length; i += 2) {
            header(block, namesAndValues[i], namesAndValues[i + 1]);
        }
        frame(HEADERS, END_STREAM_AND_HEADERS, stream, block.toByteArray());
        return stream;
    }

    /// Begins a POST whose body is still to come.
    ///
    /// @return its stream
    int beginPost(String path) throws IOException {
        stream += 2;
        var block = new ByteArrayOutputStream();
        header(block, ":method", "POST");
        header(block, ":scheme", "http");
        header(block, ":path", path);
        header(block, ":authority", "gw");
        frame(HEADERS, END_OF_HEADERS, stream, block.toByteArray());
        return stream;
    }

    /// As a literal that is not indexed (RFC 7541, section 6.2.2).
    private static void header(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        for (String text : new String[] {name, value}) {
            block.write(text.length());
            block.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    void reset(int stream) throws IOException {
        frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, CANCEL});
    }

    /// Reads until a frame of this type has come.
    ///
    /// @throws EOFException when the connection ends before
    void awaitFrame(int type) throws IOException {
        while (true) {
            int head = in.readInt();
            in.skipNBytes(5);
            in.skipNBytes(head >>> 8);
            if ((head & 0xff) == type) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
