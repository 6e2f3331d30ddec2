package dev.stringsvc.gateway.transport.h2;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.MetaData;
import org.jspecify.annotations.Nullable;

/// A frame of HTTP/2 (RFC 9113, section 4.1), as tests write and read it.
///
/// @param head the decoded fields, of HEADERS only
@SuppressWarnings("ArrayRecordComponent") // frames are not compared
public record Http2Frame(
        int type,
        int flags,
        int stream,
        byte[] payload,
        @Nullable MetaData head) {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;
    public static final int END_STREAM = 0x1;
    public static final int END_OF_HEADERS = 0x4;

    public boolean endsStream() {
        return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
    }

    public String text() {
        return new String(payload, StandardCharsets.ISO_8859_1);
    }

    int number() {
        return ByteBuffer.wrap(payload).getInt();
    }

    MetaData.Request request() {
        if (head instanceof MetaData.Request request) {
            return request;
        }
        throw new AssertionError("not a request: " + this);
    }

    /// Encodes a frame.
    public static byte[] encoded(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /// Encodes numbers of four bytes.
    public static byte[] numbers(int... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length);
        for (int number : numbers) {
            bytes.putInt(number);
        }
        return bytes.array();
    }

    /// Encodes fields in HPACK.
    public static byte[] block(String... namesAndValues) {
        var block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            field(block, namesAndValues[i], namesAndValues[i + 1]);
        }
        return block.toByteArray();
    }

    /// Encodes a literal field without indexing (RFC 7541, section 6.2.2).
    static void field(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        for (String text : new String[] {name, value}) {
            length(block, text.length());
            block.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /// Encodes an integer with a prefix of seven bits (RFC 7541, section 5.1).
    private static void length(ByteArrayOutputStream block, int length) {
        block.write(Math.min(length, 127));
        if (length >= 127) {
            int rest = length - 127;
            for (; rest >= 128; rest >>>= 7) {
                block.write((rest & 127) | 128);
            }
            block.write(rest);
        }
    }
}
