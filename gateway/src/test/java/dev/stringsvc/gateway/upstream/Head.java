package dev.stringsvc.gateway.upstream;

import dev.stringsvc.gateway.http.UpstreamResponse;
import java.io.OutputStream;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A response without a body.
///
/// @param connection its `Connection` header; empty if it has none
record Head(int status, String connection) implements UpstreamResponse {
    @Override
    public @Nullable String header(String name) {
        return name.equals("Connection") && !connection.isEmpty() ? connection : null;
    }

    @Override
    public void forEachHeader(BiConsumer<? super String, ? super String> action) {}

    @Override
    public void copyBodyTo(OutputStream out) {}

    @Override
    public void close() {}
}
