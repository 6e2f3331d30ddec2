package dev.stringsvc.gateway;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An instance's end of a WebSocket, frame by frame, without any library.
final class WebSocketWire {
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final FakeInstance.Wire wire;
    private final DataInputStream in;

    private WebSocketWire(FakeInstance.Wire wire) {
        this.wire = wire;
        this.in = new DataInputStream(wire.in());
    }

    /// One frame, unmasked.
    @SuppressWarnings("ArrayRecordComponent") // a carrier; nobody compares frames
    record Frame(int opcode, boolean fin, boolean masked, byte[] payload) {
        int closeCode() {
            return Short.toUnsignedInt(ByteBuffer.wrap(payload).getShort());
        }

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    /// An instance that echoes each message, answers pings, and closes with the code that it gets.
    static FakeInstance echo() throws IOException {
        return FakeInstance.of(wire -> accept(wire).sendBack());
    }

    /// Reads the handshake and accepts it.
    ///
    /// @param headers further lines of the answer
    static WebSocketWire accept(FakeInstance.Wire wire, String... headers) throws IOException {
        HttpMessage request = Objects.requireNonNull(wire.read());
        String accept = accept(Objects.requireNonNull(request.header("Sec-WebSocket-Key")));
        wire.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: " + accept + "\r\n");
        for (String header : headers) {
            wire.send(header + "\r\n");
        }
        wire.send("\r\n");
        return new WebSocketWire(wire);
    }

    static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private void sendBack() throws IOException {
        for (Frame frame; (frame = read()) != null; ) {
            switch (frame.opcode()) {
                case PING -> send(PONG, frame.payload());
                case CLOSE -> {
                    send(CLOSE, frame.payload());
                    return;
                }
                default -> send(frame.opcode(), frame.fin(), frame.payload());
            }
        }
    }

    /// The next frame; `null` where the client ended the connection instead.
    @Nullable
    Frame read() throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        int second = in.readUnsignedByte();
        long length = second & 0x7f;
        length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
        byte[] mask = (second & 0x80) == 0 ? new byte[4] : in.readNBytes(4);
        byte[] payload = in.readNBytes((int) length);
        if (payload.length < length) {
            throw new EOFException();
        }
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % 4];
        }
        return new Frame(first & 0x0f, (first & 0x80) != 0, (second & 0x80) != 0, payload);
    }

    void send(int opcode, byte[] payload) throws IOException {
        send(opcode, true, payload);
    }

    private void send(int opcode, boolean fin, byte[] payload) throws IOException {
        wire.send(frame(opcode, fin, payload));
    }

    /// A Close frame.
    void close(int code) throws IOException {
        send(CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
    }

    /// A frame as a server sends it.
    static byte[] frame(int opcode, boolean fin, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 10);
        frame.put((byte) (opcode | (fin ? 0x80 : 0)));
        if (payload.length < 126) {
            frame.put((byte) payload.length);
        } else if (payload.length < 65_536) {
            frame.put((byte) 126).putShort((short) payload.length);
        } else {
            frame.put((byte) 127).putLong(payload.length);
        }
        frame.put(payload).flip();
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }
}
