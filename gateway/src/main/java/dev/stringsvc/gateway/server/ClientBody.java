package dev.stringsvc.gateway.server;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/// A request's body as the client sends it. Fails when it goes over the limit, and when it ends before its length. Used
/// by one thread, save where it says otherwise.
final class ClientBody extends InputStream {
    private final InputStream in;
    private final long length;
    private final long most;
    private long taken;
    private volatile boolean ended;

    /// @param length in bytes, at most `most`; -1 where the client did not say
    /// @param most the longest that is taken, in bytes
    ClientBody(InputStream in, long length, long most) {
        this.in = in;
        this.length = length;
        this.most = most;
        this.ended = length == 0;
    }

    /// The body of a request that has none.
    static ClientBody none() {
        return new ClientBody(InputStream.nullInputStream(), 0, 0);
    }

    /// In bytes; -1 where the client did not say.
    long length() {
        return length;
    }

    /// Whether the client has sent all of it. May be asked by any thread.
    boolean ended() {
        return ended;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int from, int count) throws IOException {
        Objects.checkFromIndexSize(from, count, bytes.length);
        if (ended) {
            return -1;
        }
        int n = in.read(bytes, from, count);
        if (n < 0 && taken < length) {
            throw new EOFException("the body ended before its length");
        }
        taken += Math.max(0, n);
        if (taken > most) {
            throw new PayloadTooLargeException();
        }
        ended = n < 0 || taken == length;
        return n;
    }
}
