package dev.stringsvc.e2e;

import dev.stringsvc.testkit.AppProcess;
import dev.stringsvc.testkit.ConsulAgent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A Consul agent, some instances of stringsvc and a gateway, each as a process, as `make run` starts
/// them.
final class Cluster implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final Path ROOT = Path.of(System.getProperty("user.dir")).resolveSibling("");

    private final ConsulAgent consul = ConsulAgent.start();
    private final FaultyConsul between;
    private final Map<String, AppProcess> instances = new LinkedHashMap<>();
    private final List<AppProcess> stopped = new ArrayList<>();
    private final GatewayProcess gateway;

    Cluster(int replicas, String... gatewayFlags) {
        this(replicas, Map.of(), gatewayFlags);
    }

    Cluster(int replicas, Map<String, String> gatewayEnv, String... gatewayFlags) {
        between = FaultyConsul.before(consul.address());
        for (int n = 1; n <= replicas; n++) {
            start("stringsvc-" + n);
        }
        gateway = GatewayProcess.start(between.address(), gatewayEnv, gatewayFlags);
        awaitInstances(instances.keySet().toArray(String[]::new));
    }

    static Path jar(String module) {
        Path jar = ROOT.resolve(module).resolve("target").resolve(module + ".jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: these tests need `mvn package` or `make test`");
        }
        return jar;
    }

    /// The flags for a configuration file in the tests' resources.
    static String[] config(String name) {
        return new String[] {
            "--config", ROOT.resolve("e2e/src/test/resources").resolve(name).toString()
        };
    }

    /// The flags for a longer deadline. Several programs start at once here, perhaps on a small or busy
    /// machine, and a slow answer to a request that cannot be repeated is not what a test looks for.
    static String[] patient() {
        return config("patient.yaml");
    }

    /// Starts another stringsvc and does not wait for it.
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

    GatewayProcess gateway() {
        return gateway;
    }

    ConsulAgent consul() {
        return consul;
    }

    /// The proxy between this gateway and Consul; the instances do not use it.
    FaultyConsul gatewaysConsul() {
        return between;
    }

    /// Waits until exactly these instances take requests.
    void awaitInstances(String... ids) {
        gateway.awaitActive(List.of(ids));
    }

    URI uri(String path) {
        return gateway.uri(path);
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return gateway.post(path, json);
    }

    HttpResponse<String> admin(String path) throws IOException, InterruptedException {
        return gateway.admin(path);
    }

    @Override
    public void close() {
        gateway.close();
        instances.values().forEach(AppProcess::close);
        stopped.forEach(AppProcess::close);
        between.close();
        consul.close();
    }
}
