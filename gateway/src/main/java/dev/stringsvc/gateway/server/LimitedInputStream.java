package dev.stringsvc.gateway.server;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Reads a client's body and fails when it goes over the limit. Used by one thread.
final class LimitedInputStream extends FilterInputStream {
    private long left;

    LimitedInputStream(InputStream in, long limit) {
        super(in);
        this.left = limit;
    }

    @Override
    public int read() throws IOException {
        int b = in.read();
        if (b >= 0) {
            count(1);
        }
        return b;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        int n = in.read(bytes, from, length);
        if (n > 0) {
            count(n);
        }
        return n;
    }

    private void count(int n) throws PayloadTooLargeException {
        left -= n;
        if (left < 0) {
            throw new PayloadTooLargeException();
        }
    }
}
