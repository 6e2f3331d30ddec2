package dev.stringsvc.gateway.grpc;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;

/// Decodes base64 while it is read. Clients of gRPC-Web encode piece by piece, so padding may stand
/// within the text. Used by one thread at a time.
public final class Base64Input extends InputStream {
    private static final int GROUP = 4;
    private static final int CHUNK = 4_096;
    private static final int PADDING = '=';
    private static final byte[] VALUES = values();

    private final InputStream in;
    private final byte[] text = new byte[CHUNK];
    private int size;
    private final byte[] decoded = new byte[CHUNK / GROUP * 3];
    private int at;
    private int end;

    /// @param in base64, which must not be read by others
    public Base64Input(InputStream in) {
        this.in = in;
    }

    private static byte[] values() {
        byte[] values = new byte[256];
        Arrays.fill(values, (byte) -1);
        String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < digits.length(); i++) {
            values[digits.charAt(i)] = (byte) i;
        }
        return values;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    /// @throws MalformedBase64Exception if the text is not base64
    @Override
    public int read(byte[] bytes, int from, int count) throws IOException {
        Objects.checkFromIndexSize(from, count, bytes.length);
        while (at == end) {
            int n = in.read(text, size, CHUNK - size);
            if (n < 0 && size > 0) {
                throw new MalformedBase64Exception();
            }
            if (n < 0) {
                return -1;
            }
            size += n;
            decode();
        }
        int n = Math.min(count, end - at);
        System.arraycopy(decoded, at, bytes, from, n);
        at += n;
        return n;
    }

    /// Decodes all complete groups of four characters.
    private void decode() throws MalformedBase64Exception {
        at = 0;
        end = 0;
        int group = 0;
        for (; group + GROUP <= size; group += GROUP) {
            int padded = text[group + 3] != PADDING ? 0 : text[group + 2] != PADDING ? 1 : 2;
            int bits = 0;
            for (int i = 0; i < GROUP; i++) {
                int value = i < GROUP - padded ? VALUES[text[group + i] & 0xff] : 0;
                if (value < 0) {
                    throw new MalformedBase64Exception();
                }
                bits = (bits << 6) | value;
            }
            for (int i = 0; i < 3 - padded; i++) {
                decoded[end++] = (byte) (bits >> (16 - 8 * i));
            }
        }
        System.arraycopy(text, group, text, 0, size - group);
        size -= group;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
