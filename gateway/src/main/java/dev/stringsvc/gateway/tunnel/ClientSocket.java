package dev.stringsvc.gateway.tunnel;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Blocker;
import org.jspecify.annotations.Nullable;

/// A client's connection after a switch of protocols, which carries bytes both ways. One thread may read
/// while another writes.
public final class ClientSocket {
    private final EndPoint endPoint;
    private @Nullable ByteBuffer early;

    /// @param early bytes that the client has sent already
    public ClientSocket(EndPoint endPoint, @Nullable ByteBuffer early) {
        this.endPoint = endPoint;
        this.early = early;
    }

    /// Reads as [java.io.InputStream#read(byte[])] does.
    ///
    /// @throws IOException also if nothing was sent or received for too long
    int read(byte[] bytes) throws IOException {
        if (early != null) {
            return readEarly(early, bytes);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).limit(0);
        while (true) {
            int n = endPoint.fill(buffer);
            if (n != 0) {
                return n;
            }
            try (Blocker.Callback more = Blocker.callback()) {
                endPoint.fillInterested(more);
                more.block();
            }
        }
    }

    private int readEarly(ByteBuffer said, byte[] bytes) {
        int n = Math.min(said.remaining(), bytes.length);
        said.get(bytes, 0, n);
        if (!said.hasRemaining()) {
            early = null;
        }
        return n;
    }

    /// Writes all of these bytes, and waits while the client reads slowly.
    void write(byte[] bytes, int from, int length) throws IOException {
        try (Blocker.Callback written = Blocker.callback()) {
            endPoint.write(written, ByteBuffer.wrap(bytes, from, length));
            written.block();
        }
    }

    /// Closes the writing half of the connection.
    void end() {
        endPoint.shutdownOutput();
    }

    /// Closes the connection, which ends reads and writes that wait. Any thread may call this, also
    /// twice.
    void cut() {
        endPoint.close();
    }
}
