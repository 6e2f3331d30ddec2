package dev.stringsvc.gateway.transport;

import java.io.InputStream;

/// A body of a given length whose bytes are computed from their position when they are read.
public final class EndlessBody extends InputStream {
    private final long length;
    private long at;

    public EndlessBody(long length) {
        this.length = length;
    }

    @Override
    public int read() {
        return at == length ? -1 : byteAt(at++);
    }

    @Override
    public int read(byte[] bytes, int from, int most) {
        int n = (int) Math.min(most, length - at);
        for (int i = 0; i < n; i++) {
            bytes[from + i] = (byte) byteAt(at++);
        }
        return n == 0 && most > 0 ? -1 : n;
    }

    private static int byteAt(long place) {
        return (int) (place * 31 + (place >> 9)) & 0xff;
    }
}
