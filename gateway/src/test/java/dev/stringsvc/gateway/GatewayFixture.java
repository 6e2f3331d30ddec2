package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.config.ConfigLoader;
import dev.stringsvc.gateway.config.ConfigSource;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import dev.stringsvc.program.LogWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.awaitility.core.ConditionFactory;

/// A whole gateway in this process in front of fake instances, with one route from `/svc` and below to
/// the service `svc`. Closing it asserts that nothing is in flight and that no connection to an
/// instance is left.
final class GatewayFixture implements AutoCloseable {
    static final JsonMapper JSON = new JsonMapper();
    private static final Duration SOON = Duration.ofSeconds(10);

    private final List<FakeInstance> instances;
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final LogWriter log = LogWriter.to(new LineStream(lines), 16 << 20);
    private final Gateway gateway;
    private final String adminToken;
    private final LoggedFailures failures = LoggedFailures.watch();
    private volatile boolean closed;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private GatewayFixture(ConfigSource source, List<FakeInstance> instances) throws ConfigException {
        this.instances = instances;
        this.adminToken = source.flags().path("admin").path("token").asText();
        this.gateway = Gateway.start(source, log);
    }

    /// A gateway with defaults, except for timeouts long enough for a busy machine.
    static GatewayFixture over(FakeInstance... instances) throws ConfigException {
        return with("", instances);
    }

    /// A gateway with options of its own.
    ///
    /// @param options settings as `section.key=value`, separated by blanks. `route.key=value` sets a
    /// key of the route, `service.key=value` one of the service. A key without a value gets the
    /// gateway's own default
    static GatewayFixture with(String options, FakeInstance... instances) throws ConfigException {
        return new GatewayFixture(config(options, 0, 0, instances), List.of(instances));
    }

    /// A gateway with the routes and services of a file.
    static GatewayFixture of(Path file, FakeInstance... instances) throws ConfigException {
        return new GatewayFixture(new ConfigSource(Optional.of(file), ports(0, 0)), List.of(instances));
    }

    /// A gateway with options of its own and a changed route.
    static GatewayFixture routing(String options, Consumer<ObjectNode> change, FakeInstance... instances)
            throws ConfigException {
        return new GatewayFixture(config(options, change, 0, 0, instances), List.of(instances));
    }

    private static ObjectNode ports(int port, int adminPort) {
        ObjectNode config = ConfigLoader.noFlags();
        config.put("host", "127.0.0.1").put("port", port);
        config.putObject("admin").put("port", adminPort);
        config.putObject("shutdown").put("grace", "0").put("drain", "10s");
        config.putObject("timeouts").put("connect", "20s");
        return config;
    }

    static ConfigSource config(String options, int port, int adminPort, FakeInstance... instances) {
        return config(options, route -> {}, port, adminPort, instances);
    }

    private static ConfigSource config(
            String options, Consumer<ObjectNode> change, int port, int adminPort, FakeInstance... instances) {
        ObjectNode config = ports(port, adminPort);
        var addresses = config.putObject("services").putObject("svc").putArray("instances");
        for (FakeInstance instance : instances) {
            addresses.add(instance.address());
        }
        ObjectNode route = config.putArray("routes").addObject();
        route.put("name", "r").put("path", "/svc").put("service", "svc");
        route.put("deadline", "60s").put("attempt-timeout", "20s");
        for (String option : options.split(" ", -1)) {
            if (!option.isEmpty()) {
                set(config, route, option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
            }
        }
        change.accept(route);
        return new ConfigSource(Optional.empty(), config);
    }

    private static void set(ObjectNode config, ObjectNode route, String key, String value) {
        if (key.equals("trusted-proxies")) {
            config.putArray(key).add(value);
            return;
        }
        if (key.equals("also")) { // another route, to the same service
            config.withArray("/routes")
                    .addObject()
                    .put("name", key)
                    .put("path", value)
                    .put("service", "svc");
            return;
        }
        if (key.startsWith("otel.")) {
            config.withObject("/traces/settings").put(key, value);
            return;
        }
        int dot = key.lastIndexOf('.');
        String name = key.substring(dot + 1);
        String path = key.startsWith("service.")
                ? "/services/svc"
                : "/" + key.substring(0, dot).replace('.', '/');
        ObjectNode section = key.startsWith("route.") ? route : config.withObject(path);
        if (value.isEmpty()) {
            section.remove(name);
            return;
        }
        switch (name) {
            case "methods", "instances", "endpoints", "hosts" ->
                section.putArray(name).add(value);
            case "attempts", "in-flight", "tunnels", "connections", "streams" ->
                section.put(name, Integer.parseInt(value));
            case "idempotent", "stream-requests", "routes", "open-metrics" ->
                section.put(name, Boolean.parseBoolean(value));
            case "budget-ratio", "hedge-ratio", "min-share", "max-share", "slow-factor" ->
                section.put(name, Double.parseDouble(value));
            case "budget-floor", "failures" -> section.put(name, Integer.parseInt(value));
            default -> section.put(name, value);
        }
    }

    Gateway gateway() {
        return gateway;
    }

    /// Closes the gateway alone, within the test.
    void closeGateway() {
        closed = true;
        gateway.close();
    }

    RawClient client() throws IOException {
        return new RawClient(gateway.port());
    }

    /// Sends one request on a connection of its own, and reads the whole answer.
    HttpMessage exchange(String request) throws IOException {
        try (RawClient client = client()) {
            return client.send(request).read();
        }
    }

    /// A plain GET on a connection of its own.
    HttpMessage get(String target) throws IOException {
        return exchange("GET " + target + " HTTP/1.1\r\nHost: gw\r\n\r\n");
    }

    /// A POST with a body of known length on a connection of its own.
    HttpMessage post(String target, String body) throws IOException {
        return exchange("POST " + target + " HTTP/1.1\r\nHost: gw\r\nContent-Length: "
                + body.getBytes(StandardCharsets.ISO_8859_1).length + "\r\n\r\n" + body);
    }

    HttpClient http() {
        return http;
    }

    HttpRequest.Builder request(String target) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + target))
                .timeout(Duration.ofSeconds(30));
    }

    /// The admin port's answer, with the token if it asks for one.
    HttpResponse<String> admin(String path) {
        return admin("GET", path);
    }

    HttpResponse<String> admin(String method, String path) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (!adminToken.isEmpty()) {
            request.header("Authorization", "Bearer " + adminToken);
        }
        try {
            return http.send(request.timeout(SOON).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    JsonNode upstreams() throws IOException {
        return JSON.readTree(admin("/upstreams").body()).path("upstreams");
    }

    /// The access log's lines; waits until there are this many.
    List<String> logLines(int count) {
        soon().until(() -> lines.size() >= count);
        return List.copyOf(lines);
    }

    /// The only access log line.
    String logLine() {
        List<String> all = logLines(1);
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    /// The access log line of an answer; waits for it.
    String logLineOf(HttpMessage answer) {
        String id = "request_id=" + answer.header("X-Request-Id");
        soon().until(() -> lines.stream().anyMatch(line -> line.contains(id)));
        return lines.stream().filter(line -> line.contains(id)).findFirst().orElseThrow();
    }

    /// Waits until the gateway reports no request in flight.
    void awaitIdle() {
        soon().untilAsserted(() -> {
            assertThat(admin("/metrics").body()).contains("gateway_requests_in_flight 0.0");
            upstreams()
                    .findValues("inFlight")
                    .forEach(inFlight -> assertThat(inFlight.asInt())
                            .as("in flight to an instance")
                            .isZero());
        });
    }

    /// Waits until the gateway has no connection to any instance.
    void awaitNoConnections() {
        for (FakeInstance instance : instances) {
            soon().untilAsserted(() -> assertThat(instance.openConnections())
                    .as("connections that the gateway left open")
                    .isZero());
        }
    }

    private static ConditionFactory soon() {
        return await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(SOON);
    }

    @Override
    public void close() throws IOException {
        try {
            if (!closed) {
                awaitIdle();
            }
            gateway.close();
            awaitNoConnections();
            assertThat(failures.seen())
                    .as("failures that were logged while serving")
                    .isEmpty();
        } finally {
            failures.close();
            gateway.close();
            log.close();
            http.shutdownNow();
            for (FakeInstance instance : instances) {
                instance.close();
            }
        }
    }

    /// Splits what is written into lines.
    private static final class LineStream extends OutputStream {
        private final Queue<String> lines;

        LineStream(Queue<String> lines) {
            this.lines = lines;
        }

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            new String(bytes, from, length, StandardCharsets.UTF_8).lines().forEach(lines::add);
        }
    }
}
