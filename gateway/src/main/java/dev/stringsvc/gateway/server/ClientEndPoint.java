package dev.stringsvc.gateway.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/// A client's connection that can be asked whether the client is still there. Thread-safe.
final class ClientEndPoint extends SocketChannelEndPoint {
    private static final int NONE = -1;

    private final Object reading = new Object();
    /// What was read by looking, and belongs to what the client says next.
    private int ahead = NONE;
    /// The body of the request in hand.
    private @Nullable ClientBody inHand;

    ClientEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
    }

    /// Notes which request is in hand, by its body.
    void begin(ClientBody body) {
        synchronized (reading) {
            inHand = body;
        }
    }

    /// Notes that no request is in hand.
    void end() {
        synchronized (reading) {
            inHand = null;
        }
    }

    /// Whether the client has closed the connection, or its half of it, while this request is in hand. Never waits.
    ///
    /// Only a read can tell, and it may bring a byte. Where the request has been read to its end, that byte is the
    /// first of another request, whose further bytes wake who waits for it; within a body it could be the last.
    boolean hasLeft(ClientBody body) {
        synchronized (reading) {
            if (inHand != body || !body.ended() || ahead != NONE) {
                return false;
            }
            ByteBuffer one = ByteBuffer.allocate(1);
            try {
                int n = getChannel().read(one);
                if (n > 0) {
                    ahead = Byte.toUnsignedInt(one.get(0));
                }
                return n < 0;
            } catch (IOException e) {
                return true;
            }
        }
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        synchronized (reading) {
            if (ahead == NONE) {
                return super.fill(buffer);
            }
            int position = BufferUtil.flipToFill(buffer);
            buffer.put((byte) ahead);
            BufferUtil.flipToFlush(buffer, position);
            ahead = NONE;
            notIdle();
            return 1;
        }
    }
}
