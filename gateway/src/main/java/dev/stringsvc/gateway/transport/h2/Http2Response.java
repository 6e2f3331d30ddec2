package dev.stringsvc.gateway.transport.h2;

import dev.stringsvc.gateway.http.AbandonedException;
import dev.stringsvc.gateway.http.CallDeadlineException;
import dev.stringsvc.gateway.http.UpstreamBrokenException;
import dev.stringsvc.gateway.http.UpstreamResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A response over HTTP/2 whose head has arrived.
final class Http2Response implements UpstreamResponse {
    private final Attempt attempt;
    private final Exchange.Head head;
    private final Duration idleTimeout;
    private final long length;

    /// @param length the Content-Length; -1 if there is none
    Http2Response(Attempt attempt, Exchange.Head head, long length, Duration idleTimeout) {
        this.attempt = attempt;
        this.head = head;
        this.length = length;
        this.idleTimeout = idleTimeout;
    }

    @Override
    public int status() {
        return head.status();
    }

    @Override
    public String protocol() {
        return "HTTP/2.0";
    }

    @Override
    public @Nullable String header(String name) {
        return head.fields().first(name);
    }

    @Override
    public boolean closesConnection() {
        return false; // HTTP/2 uses GOAWAY for that, for the connection
    }

    @Override
    public void forEachHeader(BiConsumer<? super String, ? super String> action) {
        head.fields().forEach(action);
    }

    @Override
    public void endBy(long nanoTime) {
        attempt.watch().endBy(nanoTime);
    }

    @Override
    public void copyBodyTo(OutputStream out) throws IOException {
        if (bodiless()) {
            return;
        }
        long copied = 0;
        while (true) {
            byte @Nullable [] bytes = next(out);
            copied += bytes == null ? 0 : bytes.length;
            if (length >= 0 && (copied > length || (bytes == null && copied < length))) {
                throw new UpstreamBrokenException(new ProtocolException("the body is not as long as its head says"));
            }
            if (bytes == null) {
                return;
            }
            out.write(bytes);
            attempt.exchange().taken(bytes.length);
        }
    }

    private byte @Nullable [] next(OutputStream out) throws IOException {
        if (attempt.exchange().isEmpty()) {
            out.flush();
        }
        attempt.watch().expireAfter(idleTimeout);
        try {
            return attempt.exchange().read();
        } catch (IOException e) {
            if (attempt.isClientsFault()) {
                throw new AbandonedException();
            }
            throw new UpstreamBrokenException(attempt.watch().isOverLimit() ? new CallDeadlineException() : e);
        } finally {
            attempt.watch().pause();
        }
    }

    @Override
    public void forEachTrailer(BiConsumer<? super String, ? super String> action) {
        if (!bodiless()) {
            attempt.exchange().trailers().forEach(action);
        }
    }

    /// True if the response cannot have a body, whatever its head says.
    private boolean bodiless() {
        return status() == 204 || status() == 304 || attempt.request().method().equals("HEAD");
    }

    @Override
    public void close() {
        attempt.close();
    }
}
