package dev.stringsvc.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/// A server that answers what a test has scripted for a path.
final class ScriptedEtcd implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    /// @param goesOn the answer does not end after its text
    private record Script(int status, String text, boolean goesOn) {}

    ScriptedEtcd() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /// The requests so far: path, headers of etcd's, body.
    List<String> requests() {
        return requests;
    }

    void answer(String path, int status, String text) {
        scripts.put(path, new Script(status, text, false));
    }

    /// Answers with the text, and keeps the connection open.
    void begin(String path, String text) {
        scripts.put(path, new Script(200, text, true));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(path + " " + exchange.getRequestHeaders().get("Grpc-Metadata-hasleader") + " "
                + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        Script script = scripts.getOrDefault(path, new Script(404, "", false));
        try (exchange) {
            exchange.sendResponseHeaders(script.status, 0);
            exchange.getResponseBody().write(script.text.getBytes(UTF_8));
            exchange.getResponseBody().flush();
            if (script.goesOn) {
                closing.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
    }
}
