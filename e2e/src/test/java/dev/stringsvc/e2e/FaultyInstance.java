package dev.stringsvc.e2e;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// An instance of stringsvc on a real port that fails on request while it runs. Thread-safe.
final class FaultyInstance implements AutoCloseable {
    private static final int SEND_BUFFER = 64 * 1024;

    private final String id;
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger abandoned = new AtomicInteger();
    private final AtomicLong sent = new AtomicLong();
    private volatile Behaviour behaviour = Behaviour.well();

    private FaultyInstance(String id, ServerSocket server) {
        this.id = id;
        this.server = server;
    }

    static FaultyInstance start(String id) {
        try {
            var instance = new FaultyInstance(id, new ServerSocket(0, 4_096, InetAddress.getLoopbackAddress()));
            Thread.ofVirtual().start(instance::accept);
            return instance;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String id() {
        return id;
    }

    int port() {
        return server.getLocalPort();
    }

    /// Sets the behaviour from the next request on.
    void behave(Behaviour next) {
        behaviour = next;
    }

    /// The number of requests that arrived so far.
    int requests() {
        return requests.get();
    }

    /// The number of requests whose caller has closed the connection before the answer.
    int abandoned() {
        return abandoned.get();
    }

    /// The number of bytes that the kernel accepted.
    long sent() {
        return sent.get();
    }

    /// The number of open connections.
    int connections() {
        return open.size();
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSendBufferSize(SEND_BUFFER);
            var line = new Line(socket);
            String path = line.request();
            while (!path.isEmpty()) {
                requests.incrementAndGet();
                behaviour.answer(path, line);
                path = line.request();
            }
        } catch (IOException e) {
            // the caller has closed the connection, or the instance fails in this way
        } finally {
            open.remove(socket);
        }
    }

    /// The body of stringsvc's answer to a path.
    static String body(String path) {
        return switch (path) {
            case "/uppercase" -> "{\"v\":\"FOO\"}";
            case "/notificator" -> "{\"id\":\"00000000-0000-4000-8000-000000000000\"}";
            default -> "{\"v\":\"3\"}";
        };
    }

    /// Refuses new connections and cuts the open ones.
    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One connection, as the instance sees it.
    final class Line {
        private final Socket socket;
        private final InputStream in;

        private Line(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
        }

        /// Reads a request to its end.
        ///
        /// @return its path; empty if the connection has ended
        private String request() throws IOException {
            String first = readLine();
            long length = 0;
            boolean chunked = false;
            for (String field = readLine(); !field.isEmpty(); field = readLine()) {
                String lower = field.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Long.parseLong(
                            lower.substring("content-length:".length()).strip());
                } else if (lower.equals("transfer-encoding: chunked")) {
                    chunked = true;
                }
            }
            if (chunked) {
                skipChunks();
            } else {
                in.skipNBytes(length);
            }
            return first.isEmpty() ? "" : first.split(" ", -1)[1];
        }

        private void skipChunks() throws IOException {
            long size;
            do {
                size = Long.parseLong(readLine(), 16);
                in.skipNBytes(size);
                readLine();
            } while (size > 0);
        }

        private String readLine() throws IOException {
            var line = new StringBuilder();
            for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
                if (b != '\r') {
                    line.append((char) b);
                }
            }
            return line.toString();
        }

        /// Writes one byte for each character.
        void send(String bytes) throws IOException {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            sent.addAndGet(bytes.length());
        }

        /// Sets how long to wait for the next bytes; after that the connection is closed.
        void patience(Duration longest) throws IOException {
            socket.setSoTimeout((int) longest.toMillis());
        }

        /// Closes the connection with FIN.
        void close() throws IOException {
            socket.close();
        }

        /// Closes the connection with RST.
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /// Sends nothing until the caller closes the connection.
        void hang() throws IOException {
            try {
                in.transferTo(OutputStream.nullOutputStream());
            } finally {
                abandoned.incrementAndGet();
            }
        }
    }
}
