package dev.stringsvc.gateway.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// Lays TLS over counted sockets, and knows which lies below which. Thread-safe.
final class TlsSockets extends SSLSocketFactory {
    private static final Map<Socket, CountedSocket> BELOW = Collections.synchronizedMap(new WeakHashMap<>());

    private final SSLSocketFactory tls;

    TlsSockets(SSLSocketFactory tls) {
        this.tls = tls;
    }

    /// The counted socket that a connection's bytes go through; `null` where there is none.
    static @Nullable CountedSocket below(Socket socket) {
        return socket instanceof CountedSocket counted ? counted : BELOW.get(socket);
    }

    @Override
    public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
        Socket layered = tls.createSocket(socket, host, port, autoClose);
        if (socket instanceof CountedSocket counted) {
            BELOW.put(layered, counted);
        }
        return layered;
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return tls.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return tls.getSupportedCipherSuites();
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
