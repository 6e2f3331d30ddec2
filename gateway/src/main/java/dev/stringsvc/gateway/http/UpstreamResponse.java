package dev.stringsvc.gateway.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// An instance's answer. Its head has arrived; its body is still to be read. Not thread-safe.
public interface UpstreamResponse extends AutoCloseable {
    int status();

    /// The protocol of the answer, for example `HTTP/1.1`.
    default String protocol() {
        return "HTTP/1.1";
    }

    /// The first value of a header.
    @Nullable
    String header(String name);

    /// True if the instance has announced that it closes the connection after this answer.
    default boolean closesConnection() {
        return "close".equalsIgnoreCase(header("Connection"));
    }

    /// Calls `action` with each header, in order, hop-by-hop ones included.
    void forEachHeader(BiConsumer<? super String, ? super String> action);

    /// The connection, if the instance has switched protocols as requested; closing the response cuts
    /// it. `null` for an ordinary answer.
    default @Nullable UpstreamSocket socket() {
        return null;
    }

    /// Copies the body to its end as it arrives. Flushes `out` before each wait for the instance, also
    /// before the first byte, so the client gets the head and each part of the body as soon as they
    /// arrive.
    ///
    /// @throws UpstreamBrokenException when the instance's side breaks or pauses for too long
    /// @throws IOException as thrown by `out`, and when the caller has gone away
    void copyBodyTo(OutputStream out) throws IOException;

    /// Ends the answer at this time, wherever it is by then. Only HTTP/2 heeds it, since only gRPC calls
    /// have a deadline for the body.
    ///
    /// @param nanoTime by [System#nanoTime]
    default void endBy(long nanoTime) {}

    /// Calls `action` with each trailer, in order. Must be called after the body was read to its end.
    ///
    /// @throws UpstreamBrokenException when the instance's side breaks
    default void forEachTrailer(BiConsumer<? super String, ? super String> action) throws IOException {}

    /// Returns the connection to the pool, or cuts it if the body was not read to its end. May be
    /// called twice.
    @Override
    void close();
}
