package dev.stringsvc.e2e;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Reads and writes the frames of one HTTP/2 connection (RFC 9113, section 4). It sends nothing by
/// itself. One thread reads; any may write.
final class Http2Frames {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 0x1;
    static final int ACK = 0x1;
    static final int END_OF_HEADERS = 0x4;
    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Socket socket;
    private final DataInputStream in;

    @SuppressWarnings("ArrayRecordComponent") // only holds the bytes
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean isAck() {
            return (flags & ACK) != 0;
        }
    }

    Http2Frames(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    void sendPreface() throws IOException {
        socket.getOutputStream().write(PREFACE);
    }

    void skipPreface() throws IOException {
        in.skipNBytes(PREFACE.length);
    }

    Frame read() throws IOException {
        int head = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = new byte[head >>> 8];
        in.readFully(payload);
        return new Frame(head & 0xff, flags, stream, payload);
    }

    synchronized void send(int type, int flags, int stream, byte... payload) throws IOException {
        socket.getOutputStream().write(bytes(type, flags, stream, payload));
    }

    /// The bytes of a frame.
    static byte[] bytes(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /// Acknowledges SETTINGS and PING, as both sides must.
    void acknowledge(Frame frame) throws IOException {
        if (frame.type() == SETTINGS && !frame.isAck()) {
            send(SETTINGS, ACK, 0);
        } else if (frame.type() == PING && !frame.isAck()) {
            send(PING, ACK, 0, frame.payload());
        }
    }
}
