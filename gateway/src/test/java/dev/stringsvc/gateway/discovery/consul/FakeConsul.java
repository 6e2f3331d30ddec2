package dev.stringsvc.gateway.discovery.consul;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/// An agent that answers each health query with a scripted answer, in order, over real HTTP. Without a
/// script left it holds the query, as Consul does if there is no news.
final class FakeConsul implements AutoCloseable {
    /// One answer.
    interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    static final String KNOWN_LEADER = "X-Consul-KnownLeader";

    private final BlockingQueue<Answer> script = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> queries = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> broken = new LinkedBlockingQueue<>();
    private final HttpServer server;

    FakeConsul() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        queries.add(
                exchange.getRequestURI() + " " + exchange.getRequestHeaders().getFirst("X-Consul-Token"));
        try (exchange) {
            script.take().to(exchange);
        } catch (InterruptedException e) {
            broken.add("interrupted");
        } catch (IOException e) {
            broken.add(e.toString());
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// Waits for the next query: its URI, a space, and its token.
    String nextQuery() throws InterruptedException {
        return queries.take();
    }

    void then(Answer answer) {
        script.add(answer);
    }

    /// Answers with instances of these ids at 10.0.0.1.
    void thenInstances(long index, String... ids) {
        var json = new StringBuilder();
        int port = 8000;
        for (String id : ids) {
            json.append(json.isEmpty() ? "" : ",").append(health(id, "10.0.0.1", ++port));
        }
        then(exchange -> {
            if (index >= 0) {
                exchange.getResponseHeaders().set("X-Consul-Index", Long.toString(index));
            }
            send(exchange, 200, "[" + json + "]");
        });
    }

    static String health(String id, String address, int port) {
        return """
                {"Node": {"Node": "n", "Address": "10.9.9.9"},
                 "Service": {"ID": "%s", "Service": "web", "Tags": ["t"], "Meta": {"version": "1"},
                             "Address": "%s", "Port": %d},
                 "Checks": []}""".formatted(id, address, port);
    }

    static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        if (!exchange.getResponseHeaders().containsKey(KNOWN_LEADER)) {
            exchange.getResponseHeaders().set(KNOWN_LEADER, "true");
        }
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
