package dev.stringsvc.e2e;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stringsvc.testkit.AppProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/// A gateway as a process, on ports that the kernel chooses, and the answers of its admin port.
final class GatewayProcess implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("listening on \\S*:(\\d+), admin on \\S*:(\\d+)");
    private static final JsonMapper JSON = new JsonMapper();

    private final AppProcess process;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;
    private final int adminPort;

    private GatewayProcess(AppProcess process) {
        this.process = process;
        Matcher ports = LISTENING.matcher(process.awaitLine("listening on"));
        if (!ports.find()) {
            throw new IllegalStateException("the gateway's output has no ports");
        }
        port = Integer.parseInt(ports.group(1));
        adminPort = Integer.parseInt(ports.group(2));
    }

    /// Starts a gateway and waits until it listens.
    static GatewayProcess start(String consulAddress, Map<String, String> env, String... flags) {
        Map<String, String> all = new HashMap<>(env);
        all.put("CONSUL_HTTP_ADDR", consulAddress);
        return new GatewayProcess(AppProcess.java(Cluster.jar("gateway"), args(flags), all));
    }

    /// Starts a gateway without Consul, with a limit on the number of open files and sockets.
    static GatewayProcess startWithOpenFiles(int openFiles, Map<String, String> env, String... flags) {
        return new GatewayProcess(AppProcess.java(Cluster.jar("gateway"), args(flags), env, openFiles));
    }

    /// Waits until a gateway that was started in another way listens.
    static GatewayProcess listening(AppProcess process) {
        return new GatewayProcess(process);
    }

    private static List<String> args(String... flags) {
        List<String> args = new ArrayList<>(List.of("--port", "0", "--admin-port", "0", "--host", "127.0.0.1"));
        args.addAll(List.of(flags));
        return args;
    }

    AppProcess process() {
        return process;
    }

    int port() {
        return port;
    }

    int adminPort() {
        return adminPort;
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(json))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    HttpResponse<String> admin(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                BodyHandlers.ofString());
    }

    /// The upstream stringsvc in the answer of `/upstreams`.
    JsonNode upstream() throws IOException, InterruptedException {
        for (JsonNode upstream : JSON.readTree(admin("/upstreams").body()).path("upstreams")) {
            if (upstream.path("service").asText().equals("stringsvc")) {
                return upstream;
            }
        }
        throw new IllegalStateException("no upstream stringsvc");
    }

    /// The state of each instance by its id.
    Map<String, String> states() throws IOException, InterruptedException {
        Map<String, String> states = new TreeMap<>();
        StreamSupport.stream(upstream().path("instances").spliterator(), false)
                .forEach(instance -> states.put(
                        instance.path("id").asText(), instance.path("state").asText()));
        return states;
    }

    /// The ids of the instances that take requests, in order.
    List<String> active() throws IOException, InterruptedException {
        Map<String, String> states = states();
        states.values().removeIf(state -> !state.equals("active"));
        return List.copyOf(states.keySet());
    }

    /// Waits until exactly these instances are active.
    void awaitActive(List<String> ids) {
        await("active: " + ids)
                .atMost(Cluster.PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> Set.copyOf(active()).equals(Set.copyOf(ids)));
    }

    /// Waits until `/upstreams` shows an instance in this state.
    void awaitState(String id, String state) {
        await(id + " is " + state)
                .atMost(Cluster.PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> state.equals(states().get(id)));
    }

    /// Waits until an instance takes no new requests.
    void awaitGone(String id) {
        await(id + " is gone")
                .atMost(Cluster.PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    String state = states().get(id);
                    return state == null || state.equals("draining");
                });
    }

    /// The sum of a meter's values over all its tags.
    double meter(String name) throws IOException, InterruptedException {
        return admin("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Override
    public void close() {
        process.close();
        http.close();
    }
}
