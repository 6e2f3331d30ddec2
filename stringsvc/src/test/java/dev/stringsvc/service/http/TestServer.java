package dev.stringsvc.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stringsvc.program.LogWriter;
import dev.stringsvc.tracing.Tracing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/// The real server on a free port, with an HTTP client and its log in memory.
final class TestServer {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
    private final LogWriter log = LogWriter.to(logged, 1 << 20);
    private final HttpServer server;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    TestServer() {
        this(Tracing.OFF);
    }

    TestServer(Tracing tracing) {
        server = HttpServer.start("127.0.0.1", 0, log, port -> tracing);
    }

    HttpServer server() {
        return server;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(PATIENCE);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    /// Sends the body as `curl -d` does.
    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
    }

    HttpResponse<String> post(String path, byte[] body) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.ofByteArray(body)));
    }

    /// A raw connection, for bytes that no HTTP client would send.
    Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    /// Sends the bytes and reads until the server closes the connection.
    String raw(String bytes) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(bytes.getBytes(UTF_8));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /// Stops the server and returns its log lines of calls, without timestamps.
    List<String> stopAndReadLog() throws InterruptedException {
        close();
        return logged.toString(UTF_8)
                .lines()
                .map(line -> line.replaceFirst("^ts=\\S+Z ", ""))
                .toList();
    }

    void close() throws InterruptedException {
        server.stop(Duration.ZERO);
        log.close();
        client.shutdownNow();
    }
}
