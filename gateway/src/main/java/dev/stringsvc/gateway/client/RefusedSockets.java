package dev.stringsvc.gateway.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Answers clients for which there is no room with 503, and keeps some of their sockets open for a
/// moment. If a socket were closed while its client still sends, the client's system could discard the
/// response that it has received. Thread-safe.
final class RefusedSockets implements AutoCloseable {
    private static final int MAX_KEPT = 32;
    private static final byte[] RESPONSE = RawProblem.response(
            Problem.of(503, "The gateway has as many connections as it accepts."), "Retry-After: 1");

    private Deque<SocketChannel> recent = new ArrayDeque<>();
    private Deque<SocketChannel> old = new ArrayDeque<>();

    /// Sends the response and ends the connection. Never waits: bytes that the kernel does not take are
    /// dropped.
    ///
    /// @param channel in non-blocking mode
    /// @param encrypted true if the client expects TLS, so that it gets no response
    void refuse(SocketChannel channel, boolean encrypted) throws IOException {
        if (encrypted) {
            channel.close();
            return;
        }
        try {
            channel.write(ByteBuffer.wrap(RESPONSE));
            channel.shutdownOutput();
            keep(channel);
        } catch (IOException e) {
            channel.close(); // the client has gone
        }
    }

    private synchronized void keep(SocketChannel channel) throws IOException {
        recent.add(channel);
        if (recent.size() + old.size() > MAX_KEPT) {
            (old.isEmpty() ? recent : old).remove().close();
        }
    }

    /// Closes the sockets that were here at the last call.
    synchronized void closeOld() {
        closeAll(old);
        Deque<SocketChannel> empty = old;
        old = recent;
        recent = empty;
    }

    private static void closeAll(Deque<SocketChannel> channels) {
        for (@Nullable SocketChannel channel; (channel = channels.poll()) != null; ) {
            try {
                channel.close();
            } catch (IOException e) {
                // the socket is closed all the same
            }
        }
    }

    @Override
    public synchronized void close() {
        closeAll(old);
        closeAll(recent);
    }
}
