package dev.stringsvc.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A proxy between a gateway and a real etcd. It passes bytes on, or behaves like a broken etcd. It counts the
/// connections. Thread-safe.
final class FaultyEtcd implements AutoCloseable {
    /// Serves one connection to its end.
    @FunctionalInterface
    private interface Behaviour {
        void serve(Socket gateway) throws IOException;
    }

    private final ServerSocket server;
    private final int etcdPort;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Behaviour behaviour = this::relay;

    private FaultyEtcd(ServerSocket server, int etcdPort) {
        this.server = server;
        this.etcdPort = etcdPort;
    }

    /// Starts a proxy in front of the etcd at this port.
    static FaultyEtcd before(int etcdPort) {
        try {
            var etcd = new FaultyEtcd(new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress()), etcdPort);
            Thread.ofVirtual().start(etcd::accept);
            return etcd;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /// The number of connections so far. While every request fails, this is the number of requests.
    int connections() {
        return connections.get();
    }

    /// Passes everything on. This ends every fault.
    void passOn() {
        behave(this::relay);
    }

    /// Closes every connection without an answer.
    void hangUp() {
        behave(_ -> {});
    }

    /// Accepts requests and never answers.
    void hang() {
        behave(gateway -> gateway.getInputStream().skipNBytes(Long.MAX_VALUE));
    }

    /// Answers every request in the same way.
    void answer(int status, String body) {
        behave(gateway -> {
            skipRequest(new BufferedInputStream(gateway.getInputStream()));
            String answer =
                    "HTTP/1.1 %d Whatever\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                            .formatted(status, body.length(), body);
            gateway.getOutputStream().write(answer.getBytes(ISO_8859_1));
        });
    }

    /// Behaves in this way on all later connections, and cuts those that are open now.
    private void behave(Behaviour next) {
        behaviour = next;
        open.forEach(FaultyEtcd::close);
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            behaviour.serve(socket);
        } catch (IOException e) {
            // the gateway or etcd closed its connection: close the other one too
        } finally {
            open.remove(socket);
        }
    }

    private void relay(Socket gateway) throws IOException {
        try (var etcd = new Socket(InetAddress.getLoopbackAddress(), etcdPort)) {
            open.add(etcd);
            try {
                Thread.ofVirtual().start(() -> answers(etcd, gateway));
                gateway.getInputStream().transferTo(etcd.getOutputStream());
            } finally {
                open.remove(etcd);
            }
        }
    }

    private static void answers(Socket etcd, Socket gateway) {
        try (gateway) {
            etcd.getInputStream().transferTo(gateway.getOutputStream());
        } catch (IOException e) {
            // one of them has closed its connection
        }
    }

    private static void skipRequest(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the request is cut");
            }
            head.append((char) b);
        }
        String length =
                head.toString().toLowerCase(Locale.ROOT).replaceFirst("(?s).*\r\ncontent-length: (\\d+).*", "$1");
        in.skipNBytes(Long.parseLong(length));
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(FaultyEtcd::close);
    }
}
