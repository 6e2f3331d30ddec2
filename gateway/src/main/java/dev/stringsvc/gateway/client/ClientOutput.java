package dev.stringsvc.gateway.client;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.jspecify.annotations.Nullable;

/// An answer's body as the client takes it, which is measured. What is short is kept until the body is
/// over or flushed, and so leaves in one write with the head. A flush sends the head also where there is
/// no byte of the body yet. Used by one thread.
public final class ClientOutput extends OutputStream {
    private static final int MOST_KEPT = 32_768;

    private final Response response;
    private final ClientRate rate;
    private byte[] kept = new byte[0];
    private int size;
    private long written;

    public ClientOutput(Response response, ClientRate rate) {
        this.response = response;
        this.rate = rate;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        Objects.checkFromIndexSize(from, count, bytes.length);
        if (size > 0 && size + count > MOST_KEPT) {
            flush();
        }
        if (count > MOST_KEPT) {
            send(bytes, from, count, false);
            return;
        }
        if (size + count > kept.length) {
            kept = Arrays.copyOf(kept, Math.min(Math.max(size + count, size * 2), MOST_KEPT));
        }
        System.arraycopy(bytes, from, kept, size, count);
        size += count;
    }

    /// Sends what is kept; the head alone where no byte of the body is here yet.
    @Override
    public void flush() throws IOException {
        if (size > 0 || !response.isCommitted()) {
            send(kept, 0, size, false);
            size = 0;
        }
    }

    /// Ends the body.
    @Override
    public void close() throws IOException {
        send(kept, 0, size, true);
        size = 0;
    }

    private void send(byte[] bytes, int from, int count, boolean last) throws IOException {
        rate.waitForClient();
        try (Blocker.Callback taken = Blocker.callback()) {
            response.write(last, ByteBuffer.wrap(bytes, from, count), taken);
            taken.block();
            written += count;
        } catch (IOException e) {
            throw refused(e) ? new RefusedAnswerException(e) : e;
        } finally {
            rate.waited(count);
        }
    }

    /// True if it is not the connection that failed but the head that could not be written.
    private static boolean refused(IOException e) {
        for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof HpackException || cause instanceof HttpException) {
                return true;
            }
        }
        return false;
    }

    /// The bytes that the client was sent.
    public long written() {
        return written;
    }
}
