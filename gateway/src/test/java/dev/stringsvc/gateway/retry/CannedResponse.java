package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.http.UpstreamResponse;
import java.io.OutputStream;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// An answer with a status and perhaps headers but no body, which records if it was closed.
final class CannedResponse implements UpstreamResponse {
    private final int status;
    private final Map<String, String> headers;
    private boolean closed;

    CannedResponse(int status) {
        this(status, Map.of());
    }

    CannedResponse(int status, Map<String, String> headers) {
        this.status = status;
        this.headers = headers;
    }

    boolean closed() {
        return closed;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    @Override
    public void forEachHeader(BiConsumer<? super String, ? super String> action) {}

    @Override
    public void copyBodyTo(OutputStream out) {}

    @Override
    public void close() {
        closed = true;
    }
}
