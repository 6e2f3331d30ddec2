package dev.stringsvc.consul.registration;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The calls of a Consul agent that registration needs, over real HTTP. It fails and forgets on
/// request.
final class FakeConsul implements AutoCloseable {
    private static final String SERVICE = "/v1/agent/service/";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer http;
    private final Map<String, JsonNode> services = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> tokens = new CopyOnWriteArrayList<>();
    private volatile int failure;

    FakeConsul() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext(SERVICE, this::answer);
        http.start();
    }

    String address() {
        return "127.0.0.1:" + http.getAddress().getPort();
    }

    Map<String, JsonNode> services() {
        return services;
    }

    /// The requests so far, without queries: `PUT register`.
    List<String> requests() {
        return requests;
    }

    List<String> tokens() {
        return tokens;
    }

    /// From now on every answer has this status; 0 ends that.
    void failWith(int status) {
        failure = status;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().substring(SERVICE.length());
        requests.add(exchange.getRequestMethod() + " " + path);
        @Nullable String token = exchange.getRequestHeaders().getFirst("X-Consul-Token");
        tokens.add(token == null ? "" : token);
        JsonNode body = JSON.readTree(exchange.getRequestBody());
        if (failure != 0) {
            respond(exchange, failure, "failing on request");
        } else if (path.equals("register")) {
            services.put(body.get("Id").textValue(), body);
            respond(exchange, 200, "");
        } else if (path.startsWith("deregister/")) {
            boolean known = services.remove(path.substring("deregister/".length())) != null;
            respond(exchange, known ? 200 : 404, "");
        } else {
            describe(exchange, services.get(path));
        }
    }

    private static void describe(HttpExchange exchange, @Nullable JsonNode service) throws IOException {
        if (service == null) {
            respond(exchange, 404, "unknown service ID");
            return;
        }
        ObjectNode full = JSON.createObjectNode();
        full.set("ID", service.get("Id"));
        full.set("Service", service.get("Name"));
        full.set("Tags", service.get("Tags"));
        full.set("Meta", service.get("Meta"));
        full.set("Port", service.get("Port"));
        full.set("Address", service.get("Address"));
        full.put("ContentHash", "0");
        respond(exchange, 200, full.toString());
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
