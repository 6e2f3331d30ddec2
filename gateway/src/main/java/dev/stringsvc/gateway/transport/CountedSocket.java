package dev.stringsvc.gateway.transport;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/// A socket that knows how many bytes the kernel has taken from it. Thread-safe where one thread writes.
final class CountedSocket extends Socket {
    private volatile long accepted;

    long bytesAccepted() {
        return accepted;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
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
    }

    /// Makes unconnected counted sockets, the only kind that OkHttp asks for.
    static final class Factory extends SocketFactory {
        @Override
        public Socket createSocket() {
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
