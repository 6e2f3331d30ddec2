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

/// The body of a response to a client, whose pace is measured. Small pieces are buffered until the end
/// or a flush, so that they are sent together with the head. Used by one thread.
public final class ClientOutput extends OutputStream {
    private static final int MAX_BUFFERED = 32_768;

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
        if (size > 0 && size + count > MAX_BUFFERED) {
            flush();
        }
        if (count > MAX_BUFFERED) {
            send(bytes, from, count, false);
            return;
        }
        if (size + count > kept.length) {
            kept = Arrays.copyOf(kept, Math.min(Math.max(size + count, size * 2), MAX_BUFFERED));
        }
        System.arraycopy(bytes, from, kept, size, count);
        size += count;
    }

    /// Sends the buffered bytes, or the head alone if there are none yet.
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

    /// True if Jetty refused to write the head, and not the connection failed.
    private static boolean refused(IOException e) {
        for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof HpackException || cause instanceof HttpException) {
                return true;
            }
        }
        return false;
    }

    /// True if nothing is buffered and nothing was sent.
    public boolean isEmpty() {
        return size == 0 && written == 0;
    }

    /// True if bytes wait for a flush or the end.
    public boolean hasBuffered() {
        return size > 0;
    }

    /// The number of bytes that were sent to the client.
    public long written() {
        return written;
    }
}
