package dev.stringsvc.gateway.transport;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.function.BiConsumer;
import okhttp3.Headers;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/// An answer that OkHttp is reading.
final class OkHttpResponse implements UpstreamResponse {
    private final Response response;
    private final AttemptTrace trace;
    private final Watchdog.Watch watch;
    private final Duration idleTimeout;
    private final Runnable giveBack;
    private final @Nullable OkHttpSocket socket;
    private boolean closed;

    /// @param giveBack called once, when nothing more of it is wanted and its client may take another request: not
    /// after a switch of protocols, where OkHttp's call may never end
    OkHttpResponse(Response response, AttemptTrace trace, Watchdog.Watch watch, Pauses pauses, Runnable giveBack) {
        this.response = response;
        this.trace = trace;
        this.watch = watch;
        this.giveBack = giveBack;
        this.idleTimeout = pauses.within(response.header("Content-Type"));
        okio.@Nullable Socket switched = response.socket();
        this.socket = switched == null ? null : new OkHttpSocket(switched);
        if (switched == null) {
            watch.pause();
        } else {
            watch.cancel(); // whoever passes the bytes on sees that somebody has gone
        }
    }

    @Override
    public @Nullable UpstreamSocket socket() {
        return socket;
    }

    @Override
    public int status() {
        return trace.status(response.code());
    }

    @Override
    public String protocol() {
        return switch (response.protocol()) {
            case HTTP_1_0 -> "HTTP/1.0";
            case HTTP_1_1 -> "HTTP/1.1";
            default -> "HTTP/2.0";
        };
    }

    @Override
    public @Nullable String header(String name) {
        Headers headers = response.headers();
        for (int i = 0; i < headers.size(); i++) {
            if (headers.name(i).equalsIgnoreCase(name)) {
                return HeaderBytes.fromOkHttp(headers.value(i));
            }
        }
        return null;
    }

    @Override
    public boolean saysGoodbye() {
        return UpstreamResponse.super.saysGoodbye() && response.request().header("Connection") == null;
    }

    @Override
    public void forEachHeader(BiConsumer<? super String, ? super String> action) {
        forEach(response.headers(), action);
    }

    private static void forEach(Headers headers, BiConsumer<? super String, ? super String> action) {
        for (int i = 0; i < headers.size(); i++) {
            action.accept(headers.name(i), HeaderBytes.fromOkHttp(headers.value(i)));
        }
    }

    @Override
    public void copyBodyTo(OutputStream out) throws IOException {
        if (bodiless()) {
            return;
        }
        BufferedSource source = response.body().source();
        Buffer buffer = source.getBuffer();
        long length = response.body().contentLength();
        boolean flush = length < 0;
        long copied = 0;
        while (hasMore(source)) {
            copied += buffer.size();
            buffer.writeTo(out, buffer.size());
            if (flush) {
                out.flush();
            }
        }
        if (length >= 0 && copied != length) { // which OkHttp does not look at where it speaks HTTP/2
            throw new UpstreamBrokenException(new ProtocolException("the body is not as long as it was to be"));
        }
    }

    @Override
    public void forEachTrailer(BiConsumer<? super String, ? super String> action) throws IOException {
        if (bodiless()) {
            return;
        }
        try {
            forEach(response.trailers(), action);
        } catch (IOException e) {
            throw new UpstreamBrokenException(e);
        }
    }

    /// Whether there is no body, whatever the headers say.
    private boolean bodiless() {
        return status() == 204 || status() == 304;
    }

    private boolean hasMore(BufferedSource source) throws IOException {
        watch.expireAfter(idleTimeout);
        try {
            return !source.exhausted();
        } catch (IOException e) {
            throw watch.abandoned() ? new AbandonedException() : new UpstreamBrokenException(e);
        } finally {
            watch.pause();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        watch.cancel();
        if (socket != null) {
            socket.cut();
            return;
        }
        try {
            end();
        } finally {
            giveBack.run();
        }
    }

    private void end() {
        if (bodiless() && response.body().contentLength() != 0) {
            // The length is that of the body which was not sent; OkHttp would wait for it.
            trace.cancel();
        }
        response.close();
    }
}
