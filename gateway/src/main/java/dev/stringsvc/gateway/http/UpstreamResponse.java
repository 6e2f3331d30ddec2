package dev.stringsvc.gateway.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// An instance's answer: its head is here, its body is on the line. Not thread-safe.
public interface UpstreamResponse extends AutoCloseable {
    int status();

    /// What the instance speaks: `HTTP/1.1`.
    default String protocol() {
        return "HTTP/1.1";
    }

    /// The first value of a header.
    @Nullable
    String header(String name);

    /// Whether the instance says, of its own accord, that it closes the connection after this answer.
    default boolean closesConnection() {
        return "close".equalsIgnoreCase(header("Connection"));
    }

    /// Calls `action` with each header, in order, hop-by-hop ones included.
    void forEachHeader(BiConsumer<? super String, ? super String> action);

    /// The connection, where the instance has switched protocols as it was asked to; closing the response cuts it.
    /// `null` where the answer is an answer.
    default @Nullable UpstreamSocket socket() {
        return null;
    }

    /// Copies the body to its end, as it comes. Flushes `out` each time the instance has to be waited for, also before
    /// the first byte: so the client has the head, and each part of the body, as soon as it is here.
    ///
    /// @throws UpstreamBrokenException when the instance's side breaks or pauses for too long
    /// @throws IOException as thrown by `out`, and when nobody waits for the answer any more
    void copyBodyTo(OutputStream out) throws IOException;

    /// Calls `action` with each header that follows the body, in order. To be asked once the body was
    /// read to its end.
    ///
    /// @throws UpstreamBrokenException when the instance's side breaks
    default void forEachTrailer(BiConsumer<? super String, ? super String> action) throws IOException {}

    /// Gives the connection back, or cuts it where the body was not read to its end. May be called twice.
    @Override
    void close();
}
