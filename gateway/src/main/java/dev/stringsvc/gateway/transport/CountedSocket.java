package dev.stringsvc.gateway.transport;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketImpl;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/// A socket that knows how many bytes the kernel has taken from it, and can look whether its other end is
/// still there without waiting. It is a channel's socket underneath, because only a channel can look.
/// Thread-safe where one thread writes.
final class CountedSocket extends Socket {
    /// What every path carries in one segment.
    private static final int ONE_SEGMENT = 1_200;

    /// Within which time RST follows what it refuses, where the other end is near.
    private static final long RESET_NANOS = 30_000_000;

    private final SocketChannel channel = SocketChannel.open();
    private final Socket socket = channel.socket();
    private volatile long accepted;
    private volatile long unanswered;
    private volatile boolean refused;
    private volatile long usedAt = System.nanoTime();

    CountedSocket() throws IOException {
        super((SocketImpl) null);
        // A body goes out in more than one write: without this its end would wait for the first part's acknowledgement.
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    long bytesAccepted() {
        return accepted;
    }

    /// How long ago something was written to it.
    Duration unused() {
        return Duration.ofNanos(System.nanoTime() - usedAt);
    }

    /// Whether the other end has neither closed nor said anything, as it should between an answer and the
    /// next request. To be asked while nobody reads or writes.
    boolean isQuiet() {
        try {
            channel.configureBlocking(false);
            try {
                return channel.read(ByteBuffer.allocate(1)) == 0;
            } finally {
                channel.configureBlocking(true);
            }
        } catch (IOException e) {
            return false;
        }
    }

    /// Whether something has come that nobody has read yet. May be asked at any time.
    boolean isHeard() {
        try {
            return socket.getInputStream().available() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(socket.getOutputStream()) {
            @Override
            public void write(int b) throws IOException {
                out.write(b);
                count(1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                out.write(bytes, from, length);
                count(length);
            }
        };
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void count(int bytes) {
        accepted += bytes;
        unanswered += bytes;
        usedAt = System.nanoTime();
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new AnswerStream(socket.getInputStream());
    }

    /// Whether it is certain that the other end had closed the connection before what was written last came.
    ///
    /// The kernel there refuses what comes for a closed connection with RST; where somebody took what was
    /// written and closed then, there is FIN and nothing else. That is so for what arrives at once, and only
    /// that is judged: what fits into one segment.
    boolean refused() {
        return refused;
    }

    /// Finds out, where the connection ends instead of an answer, whether the request was refused.
    private final class AnswerStream extends FilterInputStream {
        AnswerStream(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int n = in.read(bytes, from, length);
            if (n > 0) {
                unanswered = 0;
            } else if (n < 0 && unanswered > 0 && unanswered <= ONE_SEGMENT) {
                refused = isReset();
                unanswered = 0; // what it wrote is refused in any case
            }
            return n;
        }

        /// After FIN only a write shows that RST has come too. What it writes is for a connection that is over.
        private boolean isReset() {
            LockSupport.parkNanos(RESET_NANOS);
            try {
                socket.getOutputStream().write('\n');
                return false;
            } catch (IOException e) {
                return true;
            }
        }
    }

    @Override
    public void connect(SocketAddress address) throws IOException {
        socket.connect(address);
    }

    @Override
    public void connect(SocketAddress address, int timeout) throws IOException {
        socket.connect(address, timeout);
    }

    @Override
    public void setSoTimeout(int timeout) throws java.net.SocketException {
        socket.setSoTimeout(timeout);
    }

    @Override
    public int getSoTimeout() throws java.net.SocketException {
        return socket.getSoTimeout();
    }

    @Override
    public void shutdownInput() throws IOException {
        socket.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    @Override
    public boolean isConnected() {
        return socket.isConnected();
    }

    @Override
    public boolean isBound() {
        return socket.isBound();
    }

    @Override
    public boolean isClosed() {
        return socket.isClosed();
    }

    @Override
    public boolean isInputShutdown() {
        return socket.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return socket.isOutputShutdown();
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        return socket.getInetAddress();
    }

    @Override
    public int getPort() {
        return socket.getPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return socket.getRemoteSocketAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return socket.getLocalAddress();
    }

    @Override
    public int getLocalPort() {
        return socket.getLocalPort();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return socket.getLocalSocketAddress();
    }

    @Override
    public String toString() {
        return socket.toString();
    }

    /// Makes unconnected counted sockets, the only kind that OkHttp asks for.
    static final class Factory extends SocketFactory {
        @Override
        public Socket createSocket() throws IOException {
            return new CountedSocket();
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
            throw new UnsupportedOperationException();
        }
    }
}
