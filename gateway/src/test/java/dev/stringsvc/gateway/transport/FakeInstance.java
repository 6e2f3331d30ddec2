package dev.stringsvc.gateway.transport;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An instance on a real port that runs a script for each connection and keeps the requests.
/// Thread-safe.
public final class FakeInstance implements AutoCloseable {
    public static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /// Handles one connection, on its own virtual thread. The connection is closed afterwards.
    @FunctionalInterface
    public interface Script {
        void serve(Wire wire) throws IOException, InterruptedException;
    }

    private final ServerSocket server;
    private final Script script;
    private final Queue<HttpMessage> requests = new ConcurrentLinkedQueue<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Thread acceptor = Thread.ofVirtual().unstarted(this::accept);

    private FakeInstance(ServerSocket server, Script script) {
        this.server = server;
        this.script = script;
    }

    /// An instance that runs the script.
    public static FakeInstance of(Script script) throws IOException {
        var server = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
        var instance = new FakeInstance(server, script);
        instance.acceptor.start();
        return instance;
    }

    /// An instance that answers each request and keeps its connections.
    public static FakeInstance replying(Function<HttpMessage, String> answer) throws IOException {
        return of(wire -> {
            for (HttpMessage request; (request = wire.read()) != null; ) {
                wire.send(answer.apply(request));
            }
        });
    }

    /// An instance that sends the same response to each request and keeps its connections.
    public static FakeInstance answering(String answer) throws IOException {
        return replying(request -> answer);
    }

    /// An instance that answers 200 to everything.
    public static FakeInstance healthy() throws IOException {
        return answering(OK);
    }

    /// An instance that reads requests and never responds.
    public static FakeInstance hung() throws IOException {
        return of(wire -> {
            wire.read();
            wire.awaitEnd();
        });
    }

    /// An instance whose response does not end before its connection is closed.
    public static FakeInstance endless() throws IOException {
        return of(wire -> {
            wire.read();
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n");
            while (true) {
                wire.send(new byte[100_000]);
            }
        });
    }

    /// An instance that closes the connection after it has read the request.
    public static FakeInstance breaking() throws IOException {
        return of(Wire::read);
    }

    /// An instance on a port where nothing listens.
    public static FakeInstance refusing() throws IOException {
        FakeInstance instance = healthy();
        instance.close();
        return instance;
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                accepted.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            script.serve(new Wire(socket));
        } catch (IOException e) {
            // The other side may go away; tests assert what it has read.
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            open.remove(socket);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    /// `host:port`, as in a configuration.
    public String address() {
        return "127.0.0.1:" + port();
    }

    /// The requests so far.
    public List<HttpMessage> requests() {
        return List.copyOf(requests);
    }

    /// The only request so far.
    public HttpMessage request() {
        List<HttpMessage> all = requests();
        if (all.size() != 1) {
            throw new AssertionError(all.size() + " requests instead of one: " + all);
        }
        return all.getFirst();
    }

    /// The number of connections that were ever opened.
    public int connections() {
        return accepted.get();
    }

    /// The number of open connections.
    public int openConnections() {
        return open.size();
    }

    /// Stops accepting connections and closes the open ones. The port is free when this returns: the
    /// kernel accepts connections as long as a thread still waits in accept().
    @Override
    public void close() throws IOException {
        server.close();
        try {
            acceptor.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        for (Socket socket : open) {
            socket.close();
        }
    }

    /// The instance's side of one connection.
    public final class Wire {
        private final Socket socket;
        private final InputStream in;

        private Wire(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
        }

        /// Reads a request and keeps it; `null` if the connection has ended.
        public @Nullable HttpMessage read() throws IOException {
            HttpMessage request = HttpMessage.readRequest(in);
            if (request != null) {
                requests.add(request);
            }
            return request;
        }

        /// The received bytes, for scripts that do not read whole requests.
        public InputStream in() {
            return in;
        }

        /// Writes one byte per character.
        public void send(String bytes) throws IOException {
            send(bytes.getBytes(StandardCharsets.ISO_8859_1));
        }

        /// Writes bytes.
        public void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        /// Writes bytes in up to five writes.
        public void sendInPieces(byte[] bytes, Random random) throws IOException {
            int at = 0;
            for (int pieces = random.nextInt(5); pieces > 0; pieces--) {
                int end = at + random.nextInt(1 + (bytes.length - at) / (random.nextBoolean() ? 1 : 20));
                send(Arrays.copyOfRange(bytes, at, end));
                at = end;
            }
            send(Arrays.copyOfRange(bytes, at, bytes.length));
        }

        /// Closes the connection with RST, so that the other side loses what it has not read yet.
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /// Sends no more. What was sent arrives, even if the other side sends on.
        public void endOutput() throws IOException {
            socket.shutdownOutput();
        }

        /// Waits until the other side has closed the connection.
        public void awaitEnd() throws IOException {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
    }
}
