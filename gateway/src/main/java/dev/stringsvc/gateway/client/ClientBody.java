package dev.stringsvc.gateway.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A request's body as the client sends it. Reading fails if the body is too long, too slow, or ends
/// before its length. Used by the request's thread until [#stream], and then by one thread at a time,
/// except where noted.
public final class ClientBody extends InputStream {
    private final InputStream in;
    private final Runnable wake;
    private final long length;
    private final long most;
    private final ClientRate rate;
    private long taken;
    private volatile boolean ended;
    private volatile boolean streaming;
    private volatile @Nullable IOException failure;
    private volatile @Nullable IOException stopped;
    private final KeptMemory kept = new KeptMemory();

    /// @param wake ends a waiting read of `in`
    /// @param length in bytes, at most `most`; -1 if unknown
    /// @param most the longest body that is accepted, in bytes
    public ClientBody(InputStream in, Runnable wake, long length, long most, ClientRate rate) {
        this.in = in;
        this.wake = wake;
        this.length = length;
        this.most = most;
        this.rate = rate;
        this.ended = length == 0;
    }

    /// The body of a request without one.
    public static ClientBody none() {
        return new ClientBody(InputStream.nullInputStream(), () -> {}, 0, 0, new MinimumRate(0, Duration.ZERO).start());
    }

    /// In bytes; -1 if unknown.
    public long length() {
        return length;
    }

    /// True if all of it has been read. Any thread may call this.
    public boolean ended() {
        return ended;
    }

    /// True if this many bytes can certainly be read without waiting, or all of a shorter body. After
    /// [#stream] this is true only at the end, since another thread may be reading.
    public boolean isHere(int bytes) throws IOException {
        return ended || (!streaming && length > 0 && in.available() >= Math.min(length, bytes));
    }

    /// True if a read does not wait. False after [#stream], since another thread may be reading.
    public boolean isReady() {
        return !streaming && (ended || (in instanceof ClientInput input && input.isReady()));
    }

    /// From now on other threads may read the body, until it is closed.
    ///
    /// @param remembered the number of bytes, from the first, for which memory was taken; when more is
    /// read, the memory is given back
    public void stream(long remembered) {
        kept.keepUntil(remembered);
        streaming = true;
    }

    /// By how many bytes the body is behind the minimum rate, without the grace; 0 or less if it keeps
    /// up. Any thread may call this.
    public double behind() {
        return rate.behind();
    }

    /// Why reading failed; `null` if it has not. Any thread may call this.
    @Nullable
    public IOException failure() {
        return failure;
    }

    /// Ends a waiting read, and makes every further read fail. Any thread may call this.
    ///
    /// @param why the cause of the failure; [SlowClientException] if the client is too slow
    void stop(IOException why) {
        stopped = why;
        wake.run();
    }

    /// Takes memory for more of the body, until it is closed.
    ///
    /// @return false if there is not enough
    public boolean keep(int bytes, BodyMemory memory) {
        return kept.take(bytes, memory);
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
        try {
            return take(bytes, from, count);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private int take(byte[] bytes, int from, int count) throws IOException {
        int n = await(bytes, from, count);
        if (n < 0 && taken < length) {
            throw new EOFException("the body ended before its length");
        }
        taken += Math.max(0, n);
        if (taken > most) {
            throw new PayloadTooLargeException(most);
        }
        kept.read(taken);
        ended = n < 0 || taken == length;
        return n;
    }

    private int await(byte[] bytes, int from, int count) throws IOException {
        throwIfStopped();
        int n = -1;
        rate.waitForClient();
        try {
            n = in.read(bytes, from, count);
        } catch (IOException e) {
            throwIfStopped();
            throw e.getCause() instanceof TimeoutException ? new SlowClientException() : e;
        } finally {
            rate.waited(Math.max(0, n));
        }
        throwIfStopped();
        if (rate.tooSlow()) {
            throw new SlowClientException();
        }
        return n;
    }

    private void throwIfStopped() throws IOException {
        @Nullable IOException why = stopped;
        if (why != null) {
            throw why;
        }
    }

    /// Gives the memory back, and drops the part of the body that was not read.
    @Override
    public void close() throws IOException {
        in.close();
        kept.giveBack();
    }
}
