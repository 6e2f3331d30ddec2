package dev.stringsvc.testkit;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A real Consul agent in development mode, on its own ports, with nothing on disk. Methods that change
/// the catalog ([#register], [#setHealth], [#deregister]) return once queries show the change.
public final class ConsulAgent implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 10;
    private static final Pattern SERVICE_ID = Pattern.compile("\"Service\":\\s*\\{\\s*\"ID\":\\s*\"([^\"]*)\"");

    private final List<String> extraHcl;
    private HttpClient http = newHttp();
    private int httpPort;
    private @Nullable AppProcess process;
    private String token = "";

    private ConsulAgent(List<String> extraHcl) {
        this.extraHcl = extraHcl;
    }

    /// Starts an agent and waits until it has a leader. A test may add configuration in Consul's HCL.
    public static ConsulAgent start(String... extraHcl) {
        var agent = new ConsulAgent(List.of(extraHcl));
        agent.boot(Ports::free);
        return agent;
    }

    /// Starts an agent on this port and passes each line of its log to `output`. Does not wait; see
    /// [#awaitLeader].
    public static ConsulAgent launch(int httpPort, Consumer<String> output) {
        var agent = new ConsulAgent(List.of());
        agent.httpPort = httpPort;
        agent.process = AppProcess.start(command(List.of(), httpPort), Map.of(), output);
        return agent;
    }

    private void boot(IntSupplier port) {
        for (int attempt = 1; ; attempt++) {
            httpPort = port.getAsInt();
            var started = AppProcess.start(command(extraHcl, httpPort), Map.of());
            process = started;
            try {
                awaitLeader();
                return;
            } catch (AssertionError e) {
                started.close();
                // another program has taken one of the ports: try others
                boolean portTaken = String.valueOf(e.getMessage()).contains("address already in use");
                if (!portTaken || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static List<String> command(List<String> extraHcl, int httpPort) {
        var binary = ConsulBinary.get();
        var ports = "ports { http = %d, serf_lan = %d, serf_wan = %d, server = %d, dns = -1, grpc = -1%s }"
                .formatted(
                        httpPort,
                        Ports.free(),
                        Ports.free(),
                        Ports.free(),
                        binary.minor() >= 14 ? ", grpc_tls = -1" : "");
        var command = new ArrayList<String>(List.of(
                binary.path(), "agent", "-dev", "-bind", "127.0.0.1", "-client", "127.0.0.1", "-log-level", "warn"));
        Stream.concat(Stream.of(ports, "disable_update_check = true"), extraHcl.stream())
                .forEach(hcl -> command.addAll(List.of("-hcl", hcl)));
        return command;
    }

    private static HttpClient newHttp() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build();
    }

    /// Waits until the agent answers queries and accepts registrations.
    ///
    /// @throws AssertionError if it ends before, or needs more than 30 seconds
    public void awaitLeader() {
        try {
            await().atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .failFast("the agent ended", () -> !process().isAlive())
                    .until(this::hasLeader);
        } catch (RuntimeException e) {
            throw process().failure("got no leader (" + e.getMessage() + ")");
        }
    }

    private boolean hasLeader() {
        try {
            return get("/v1/status/leader").contains(":");
        } catch (UncheckedIOException | IllegalStateException notYet) {
            return false;
        }
    }

    /// The HTTP interface as `127.0.0.1:port`, the same after [#restart].
    public String address() {
        return "127.0.0.1:" + httpPort;
    }

    /// The port in [#address].
    public int port() {
        return httpPort;
    }

    public long pid() {
        return process().pid();
    }

    /// The agent's warnings and errors so far.
    public List<String> log() {
        return process().lines();
    }

    /// Sends SIGKILL and waits until the agent is gone.
    public void kill() {
        process().kill();
        http.close();
    }

    /// Kills the agent if it runs, and starts it on the same HTTP port with nothing registered.
    public void restart() {
        kill();
        http = newHttp();
        boot(() -> httpPort);
    }

    /// Sends SIGSTOP: the agent still accepts connections, but does not answer.
    public void suspend() {
        process().suspend();
    }

    /// Sends SIGCONT, which ends [#suspend].
    public void resume() {
        process().resume();
    }

    /// Sends this ACL token with all later requests.
    public void useToken(String token) {
        this.token = token;
    }

    /// Registers an instance without a check, which Consul counts as passing.
    public void register(String id, String name, String host, int port, String... tags) {
        register(id, name, host, port, null, tags);
    }

    /// Registers an instance with a check in state `health`; [#setHealth] changes it.
    public void register(String id, String name, String host, int port, @Nullable Health health, String... tags) {
        String check = health == null
                ? ""
                : ", \"Check\": {\"CheckID\": %s, \"TTL\": \"24h\", \"Status\": %s}"
                        .formatted(quote(checkId(id)), quote(health.inConsul()));
        put(
                "/v1/agent/service/register",
                "{\"ID\": %s, \"Name\": %s, \"Address\": %s, \"Port\": %d, \"Tags\": [%s]%s}"
                        .formatted(
                                quote(id),
                                quote(name),
                                quote(host),
                                port,
                                Stream.of(tags).map(ConsulAgent::quote).collect(Collectors.joining(", ")),
                                check));
        awaitListed(id, name, health == null || health == Health.PASSING);
    }

    /// Sets the state of an instance's check. The instance must have one.
    public void setHealth(String id, Health health) {
        String name = nameOf(id);
        put("/v1/agent/check/update/" + checkId(id), "{\"Status\": %s}".formatted(quote(health.inConsul())));
        awaitListed(id, name, health == Health.PASSING);
    }

    /// Deregisters an instance, whoever registered it.
    public void deregister(String id) {
        String name = nameOf(id);
        put("/v1/agent/service/deregister/" + id, "");
        awaitListed(id, name, false);
    }

    /// The ids of a service's passing instances.
    public List<String> passing(String name) {
        return SERVICE_ID
                .matcher(get("/v1/health/service/" + name + "?passing"))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    /// The body of the answer to `GET path`; for queries without a method here.
    public String get(String path) {
        return send(path, HttpRequest.newBuilder().GET());
    }

    /// The body of the answer to `PUT path`.
    public String put(String path, String body) {
        return send(path, HttpRequest.newBuilder().PUT(BodyPublishers.ofString(body)));
    }

    /// The body of the answer to `DELETE path`.
    public String delete(String path) {
        return send(path, HttpRequest.newBuilder().DELETE());
    }

    @Override
    public void close() {
        process().close();
        http.close();
    }

    public AppProcess process() {
        return Objects.requireNonNull(process);
    }

    private void awaitListed(String id, String name, boolean listed) {
        await("instance %s of %s is %s".formatted(id, name, listed ? "passing" : "not passing"))
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> passing(name).contains(id) == listed);
    }

    private String nameOf(String id) {
        return Pattern.compile("\"Service\":\\s*\"([^\"]*)\"")
                .matcher(get("/v1/agent/service/" + id))
                .results()
                .map(match -> match.group(1))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no instance " + id));
    }

    private String send(String path, HttpRequest.Builder request) {
        var uri = URI.create("http://" + address() + path);
        if (!token.isEmpty()) {
            request.header("X-Consul-Token", token);
        }
        try {
            var response = http.send(request.uri(uri).timeout(PATIENCE).build(), BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(
                        "Consul answered %d to %s: %s".formatted(response.statusCode(), path, response.body()));
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking Consul", e);
        }
    }

    private static String checkId(String id) {
        return "service:" + id;
    }

    private static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
