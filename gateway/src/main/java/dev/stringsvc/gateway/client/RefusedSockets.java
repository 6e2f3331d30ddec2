package dev.stringsvc.gateway.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Tells clients that there is no room for them, and keeps some of their sockets for a moment: if a
/// socket is closed while its client still sends, the client's system throws away what it has received
/// of the answer. Thread-safe.
final class RefusedSockets implements AutoCloseable {
    private static final int MOST = 32;
    private static final byte[] ANSWER = answer();

    private Deque<SocketChannel> recent = new ArrayDeque<>();
    private Deque<SocketChannel> old = new ArrayDeque<>();

    private static byte[] answer() {
        byte[] json = Problem.of(503, "The gateway has as many connections as it takes.")
                .json();
        String head = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Type: "
                + Problem.CONTENT_TYPE + "\r\nContent-Length: " + json.length + "\r\n\r\n";
        return (head + new String(json, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }

    /// Says so, and ends the connection. Never waits: what the kernel does not take the client misses.
    ///
    /// @param channel that does not block
    /// @param encrypted true if the client would not understand it
    void refuse(SocketChannel channel, boolean encrypted) throws IOException {
        if (encrypted) {
            channel.close();
            return;
        }
        try {
            channel.write(ByteBuffer.wrap(ANSWER));
            channel.shutdownOutput();
            keep(channel);
        } catch (IOException e) {
            channel.close(); // the client has gone
        }
    }

    private synchronized void keep(SocketChannel channel) throws IOException {
        recent.add(channel);
        if (recent.size() + old.size() > MOST) {
            (old.isEmpty() ? recent : old).remove().close();
        }
    }

    /// Closes those that were there at the last call.
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
                // it is closed all the same
            }
        }
    }

    @Override
    public synchronized void close() {
        closeAll(old);
        closeAll(recent);
    }
}
