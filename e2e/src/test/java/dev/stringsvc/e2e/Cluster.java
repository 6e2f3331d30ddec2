package dev.stringsvc.e2e;

import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.AppProcess;
import dev.stringsvc.testkit.ConsulAgent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A Consul agent, some stringsvc and a gateway, each a process of its own, as `make run` starts them.
final class Cluster implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final Path ROOT = Path.of(System.getProperty("user.dir")).resolveSibling("");
    private static final Pattern LISTENING = Pattern.compile("listening on \\S*:(\\d+), admin on \\S*:(\\d+)");

    private final ConsulAgent consul = ConsulAgent.start();
    private final Map<String, AppProcess> instances = new LinkedHashMap<>();
    private final List<AppProcess> stopped = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AppProcess gateway;
    private final int port;
    private final int adminPort;

    Cluster(int replicas, String... gatewayFlags) {
        for (int n = 1; n <= replicas; n++) {
            start("stringsvc-" + n);
        }
        gateway = gateway(consul.address(), gatewayFlags);
        Matcher ports = LISTENING.matcher(gateway.awaitLine("listening on"));
        if (!ports.find()) {
            throw new IllegalStateException("no ports in what the gateway said");
        }
        port = Integer.parseInt(ports.group(1));
        adminPort = Integer.parseInt(ports.group(2));
        awaitInstances(instances.keySet().toArray(String[]::new));
    }

    static Path jar(String module) {
        Path jar = ROOT.resolve(module).resolve("target").resolve(module + ".jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: these tests need `mvn package` or `make test`");
        }
        return jar;
    }

    /// A longer deadline: several programs start at once here, on a machine that may be small and busy, and a slow
    /// answer to what cannot be sent again is not what a test looks for.
    static String[] patient() {
        return new String[] {
            "--config", ROOT.resolve("e2e/src/test/resources/patient.yaml").toString()
        };
    }

    /// A gateway on ports that the kernel picks.
    static AppProcess gateway(String consulAddress, String... flags) {
        List<String> args = new ArrayList<>(List.of("--port", "0", "--admin-port", "0", "--host", "127.0.0.1"));
        args.addAll(List.of(flags));
        return AppProcess.java(jar("gateway"), args, Map.of("CONSUL_HTTP_ADDR", consulAddress));
    }

    /// One more stringsvc; it is not awaited.
    AppProcess start(String id) {
        var process = AppProcess.java(
                jar("stringsvc"),
                List.of("--port", "0", "--id", id, "--advertise", "127.0.0.1"),
                Map.of("CONSUL_HTTP_ADDR", consul.address()));
        var before = instances.put(id, process);
        if (before != null) {
            stopped.add(before);
        }
        return process;
    }

    AppProcess instance(String id) {
        return Objects.requireNonNull(instances.get(id));
    }

    AppProcess gateway() {
        return gateway;
    }

    ConsulAgent consul() {
        return consul;
    }

    /// Waits until these and no others take requests.
    void awaitInstances(String... ids) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
            String upstreams = admin("/upstreams").body();
            return upstreams.split("\"active\"", -1).length - 1 == ids.length
                    && List.of(ids).stream().allMatch(id -> upstreams.contains("\"" + id + "\""));
        });
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
                        .build(),
                BodyHandlers.ofString());
    }

    @Override
    public void close() {
        gateway.close();
        instances.values().forEach(AppProcess::close);
        stopped.forEach(AppProcess::close);
        consul.close();
        http.close();
    }
}
