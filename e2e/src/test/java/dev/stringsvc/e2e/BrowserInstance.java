package dev.stringsvc.e2e;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// The instance that a browser reaches through the gateway. It serves a page, the page's events and its WebSocket,
/// and accepts the page's report of what it found. Each connection serves one request.
final class BrowserInstance implements AutoCloseable {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int CLOSE = 8;

    private final ServerSocket server;
    private final byte[] page;
    private final Semaphore heard = new Semaphore(0);
    private final LinkedBlockingQueue<String> findings = new LinkedBlockingQueue<>();

    BrowserInstance(Path page) throws IOException {
        this.page = Files.readAllBytes(page);
        this.server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /// The page's report, as JSON; `nothing` if no report came in time.
    String findings() throws InterruptedException {
        String told = findings.poll(Cluster.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        return told == null ? "nothing" : told;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                var in = new DataInputStream(socket.getInputStream())) {
            String[] request = line(in).split(" ", -1);
            Map<String, String> headers = new HashMap<>();
            String line = line(in);
            while (!line.isEmpty()) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
                line = line(in);
            }
            OutputStream out = socket.getOutputStream();
            if (request[1].equals("/app/page")) {
                answer(out, "text/html; charset=utf-8", page);
            } else if (request[1].equals("/app/events")) {
                events(out);
            } else if (request[1].equals("/app/echo")) {
                echo(in, out, headers);
            } else if (request[1].startsWith("/app/heard/")) {
                heard.release();
                answer(out, "text/plain", new byte[0]);
            } else if (request[1].equals("/app/findings")) {
                int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
                findings.add(new String(in.readNBytes(length), StandardCharsets.UTF_8));
                answer(out, "text/plain", new byte[0]);
            } else {
                answer(out, "text/plain", new byte[0]);
            }
        } catch (IOException e) {
            // the gateway may close the connection
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String line(DataInputStream in) throws IOException {
        var line = new StringBuilder();
        for (int b; (b = in.readUnsignedByte()) != '\n'; ) {
            line.append((char) b);
        }
        return line.toString().strip();
    }

    private static void answer(OutputStream out, String type, byte[] body) throws IOException {
        out.write(("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: " + type + "\r\nContent-Length: "
                        + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.write(body);
    }

    private void events(OutputStream out) throws IOException, InterruptedException {
        out.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/event-stream\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        for (int i = 1; i <= 3; i++) {
            out.write(("id: " + i + "\ndata: event " + i + "\n\n").getBytes(StandardCharsets.US_ASCII));
            if (!heard.tryAcquire(Cluster.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                return;
            }
        }
    }

    private static void echo(DataInputStream in, OutputStream out, Map<String, String> headers) throws IOException {
        out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Protocol: v2\r\nSec-WebSocket-Accept: "
                        + accept(headers.getOrDefault("sec-websocket-key", "")) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        while (true) {
            int first = in.readUnsignedByte();
            long length = in.readUnsignedByte() & 0x7f;
            length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
            byte[] mask = in.readNBytes(4);
            byte[] payload = in.readNBytes((int) length);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i % 4];
            }
            ByteBuffer frame = ByteBuffer.allocate(10 + payload.length).put((byte) first);
            if (payload.length < 126) {
                frame.put((byte) payload.length);
            } else {
                frame.put((byte) 127).putLong(payload.length);
            }
            out.write(frame.put(payload).array(), 0, frame.position());
            if ((first & 0x0f) == CLOSE) {
                return;
            }
        }
    }

    private static String accept(String key) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1")
                            .digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
