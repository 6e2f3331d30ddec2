package dev.stringsvc.gateway.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A request's body as the client sends it. Fails when it goes over the limit, when it comes too slowly,
/// and when it ends before its length. Used by the request's thread until it is streamed, and then by
/// one thread at a time, save where it says otherwise.
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
    private @Nullable BodyMemory memory;
    private long kept;
    private long keptUntil = Long.MAX_VALUE;

    /// @param wake ends a read of `in` that waits
    /// @param length in bytes, at most `most`; -1 where the client did not say
    /// @param most the longest that is taken, in bytes
    public ClientBody(InputStream in, Runnable wake, long length, long most, ClientRate rate) {
        this.in = in;
        this.wake = wake;
        this.length = length;
        this.most = most;
        this.rate = rate;
        this.ended = length == 0;
    }

    /// The body of a request that has none.
    public static ClientBody none() {
        return new ClientBody(InputStream.nullInputStream(), () -> {}, 0, 0, new SlowestRate(0, Duration.ZERO).start());
    }

    /// In bytes; -1 where the client did not say.
    public long length() {
        return length;
    }

    /// Whether the client has sent all of it. May be asked by any thread.
    public boolean ended() {
        return ended;
    }

    /// True if so much of it is certainly here, or all of it where it is shorter: no read for that will
    /// wait. Of a body that is streamed only its end is known, since another thread may be reading it.
    public boolean isHere(int bytes) throws IOException {
        return ended || (!streaming && length > 0 && in.available() >= Math.min(length, bytes));
    }

    /// Notes that from now on other threads than the request's may read it, until it is closed.
    ///
    /// @param remembered how many bytes, from its first on, the memory that it took is for; when more
    /// has been read the memory is given back
    public void stream(long remembered) {
        keptUntil = remembered;
        streaming = true;
    }

    /// By how many bytes it is behind the asked rate, from its first moment on; not above 0 where it
    /// keeps up. May be asked by any thread.
    public double behind() {
        return rate.behind();
    }

    /// Why it could not be read to its end; `null` as long as it could. May be asked by any thread.
    @Nullable
    public IOException failure() {
        return failure;
    }

    /// Ends the read that waits, if there is one, and makes every further one fail. May be called by any
    /// thread.
    ///
    /// @param why it fails; [SlowClientException] where it is the client's slowness
    void stop(IOException why) {
        stopped = why;
        wake.run();
    }

    /// Takes memory for so much more of it, until it is closed; `false` where there is none.
    public boolean keep(int bytes, BodyMemory memory) {
        if (!memory.take(bytes)) {
            return false;
        }
        this.memory = memory;
        kept += bytes;
        return true;
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
        if (taken > keptUntil) {
            giveBack();
        }
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

    /// Gives back the memory that it took, and what of it was not read.
    @Override
    public void close() throws IOException {
        in.close();
        giveBack();
    }

    private void giveBack() {
        if (memory != null) {
            memory.giveBack(kept);
            memory = null;
            kept = 0;
        }
    }
}
