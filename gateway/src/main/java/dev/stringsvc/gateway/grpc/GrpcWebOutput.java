package dev.stringsvc.gateway.grpc;

import dev.stringsvc.gateway.http.HeaderFields;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;

/// The body of an answer to a gRPC-Web request. Messages pass as they come, and the trailers become a
/// last frame. Used by one thread.
public final class GrpcWebOutput extends OutputStream {
    private static final int GROUP = 3;
    private static final byte TRAILERS = (byte) 0x80;

    private final OutputStream out;
    private final boolean text;
    /// Bytes that are not yet encoded, fewer than three; empty unless the body is text.
    private byte[] rest = new byte[0];

    private final byte[] prefix = new byte[MessageFrame.PREFIX];
    private int prefixed;
    private long left;

    /// @param out gets the body, and is flushed and closed with this
    /// @param text true for a body in base64
    public GrpcWebOutput(OutputStream out, boolean text) {
        this.out = out;
        this.text = text;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        Objects.checkFromIndexSize(from, count, bytes.length);
        follow(bytes, from, count);
        send(bytes, from, count);
    }

    /// Counts the bytes of messages: a message follows a flag and its length in four bytes.
    private void follow(byte[] bytes, int from, int count) {
        int at = from;
        while (at < from + count) {
            if (left > 0) {
                int n = (int) Math.min(left, from + count - at);
                left -= n;
                at += n;
            } else {
                prefix[prefixed++] = bytes[at++];
                if (prefixed == MessageFrame.PREFIX) {
                    prefixed = 0;
                    left = Integer.toUnsignedLong(ByteBuffer.wrap(prefix).getInt(1));
                }
            }
        }
    }

    private void send(byte[] bytes, int from, int count) throws IOException {
        if (!text) {
            out.write(bytes, from, count);
            return;
        }
        byte[] all = Arrays.copyOf(rest, rest.length + count);
        System.arraycopy(bytes, from, all, rest.length, count);
        int whole = all.length / GROUP * GROUP;
        rest = Arrays.copyOfRange(all, whole, all.length);
        out.write(Base64.getEncoder().encode(whole == all.length ? all : Arrays.copyOf(all, whole)));
    }

    /// Sends all bytes so far. In text, what follows is encoded on its own.
    @Override
    public void flush() throws IOException {
        pad();
        out.flush();
    }

    private void pad() throws IOException {
        if (rest.length > 0) {
            out.write(Base64.getEncoder().encode(rest));
            rest = new byte[0];
        }
    }

    /// True if a message has begun and is not complete: a frame of trailers would be read as a part of
    /// it.
    public boolean isWithinMessage() {
        return prefixed > 0 || left > 0;
    }

    /// Writes the last frame, which has the trailers.
    public void trailers(HeaderFields trailers) throws IOException {
        var lines = new StringBuilder();
        trailers.forEach((name, value) -> lines.append(name.toLowerCase(Locale.ROOT))
                .append(": ")
                .append(value)
                .append("\r\n"));
        byte[] frame = MessageFrame.of(TRAILERS, lines.toString().getBytes(StandardCharsets.ISO_8859_1));
        send(frame, 0, frame.length);
    }

    @Override
    public void close() throws IOException {
        pad();
        out.close();
    }
}
