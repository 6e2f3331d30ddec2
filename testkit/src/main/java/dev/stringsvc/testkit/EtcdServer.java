package dev.stringsvc.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A real etcd with one member, on its own ports, with its data in a temporary folder.
public final class EtcdServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 10;
    private static final Pattern KEY = Pattern.compile("\"key\":\"([^\"]*)\"");
    private static final Pattern REVISION = Pattern.compile("\"revision\":\"(\\d+)\"");

    private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]*)\"");

    private static final class Found {
        static final String BINARY = Tool.path("etcd");
    }

    private final @Nullable ConsulCertificates tls;
    private final List<String> options;
    private final Path data;
    private HttpClient http = newHttp();
    private int port;
    private int tlsPort;
    private @Nullable AppProcess process;

    private EtcdServer(@Nullable ConsulCertificates tls, List<String> options) {
        this.tls = tls;
        this.options = options;
        try {
            this.data = Files.createTempDirectory("etcd-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts etcd and waits until it answers. A test may add etcd's command line options.
    public static EtcdServer start(String... options) {
        var server = new EtcdServer(null, List.of(options));
        server.boot(Ports::free);
        return server;
    }

    /// The same, and it listens with TLS on a second port ([#tlsAddress]).
    public static EtcdServer startWithTls(ConsulCertificates certificates, String... options) {
        var server = new EtcdServer(certificates, List.of(options));
        server.boot(Ports::free);
        return server;
    }

    /// Starts etcd on this port and passes each line of its log to `output`. Does not wait; see
    /// [#awaitReady].
    public static EtcdServer launch(int port, Consumer<String> output) {
        var server = new EtcdServer(null, List.of());
        server.port = port;
        server.process = AppProcess.start(server.command(), Map.of(), output);
        return server;
    }

    private void boot(IntSupplier nextPort) {
        for (int attempt = 1; ; attempt++) {
            port = nextPort.getAsInt();
            tlsPort = tls == null || tlsPort != 0 ? tlsPort : Ports.free();
            var started = AppProcess.start(command(), Map.of());
            process = started;
            try {
                awaitReady();
                return;
            } catch (AssertionError e) {
                started.close();
                // another program has taken one of the ports: try others
                boolean portTaken = String.valueOf(e.getMessage()).contains("address already in use");
                if (!portTaken || attempt == ATTEMPTS) {
                    throw e;
                }
                tlsPort = 0;
            }
        }
    }

    private List<String> command() {
        String client = "http://" + address();
        String peer = "http://127.0.0.1:" + Ports.free();
        var command = new ArrayList<>(List.of(
                "env",
                "-u",
                "ETCD_BIN", // etcd would warn about a variable that it does not know
                Found.BINARY,
                "--data-dir",
                data.resolve("member").toString(),
                "--listen-client-urls",
                tls == null ? client : client + ",https://" + tlsAddress(),
                "--advertise-client-urls",
                client,
                "--listen-peer-urls",
                peer,
                "--initial-advertise-peer-urls",
                peer,
                "--initial-cluster",
                "default=" + peer,
                "--logger",
                "zap",
                "--log-level",
                "warn"));
        if (tls != null) {
            command.addAll(List.of(
                    "--cert-file",
                    tls.agent().toString(),
                    "--key-file",
                    tls.agentKey().toString()));
            command.addAll(List.of("--trusted-ca-file", tls.authority().toString()));
        }
        command.addAll(options);
        return command;
    }

    private static HttpClient newHttp() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build();
    }

    /// Waits until etcd answers queries.
    ///
    /// @throws AssertionError if it ends before, or needs more than 30 seconds
    public void awaitReady() {
        try {
            await().atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .failFast("etcd ended", () -> !process().isAlive())
                    .until(this::isHealthy);
        } catch (RuntimeException e) {
            throw process().failure("is not ready (" + e.getMessage() + ")");
        }
    }

    private boolean isHealthy() {
        try {
            return send("/health", HttpRequest.newBuilder().GET()).contains("true");
        } catch (UncheckedIOException | IllegalStateException notYet) {
            return false;
        }
    }

    /// Where clients reach it, as `127.0.0.1:port`; the same after [#restart].
    public String address() {
        return "127.0.0.1:" + port;
    }

    /// The same with TLS.
    public String tlsAddress() {
        return "127.0.0.1:" + tlsPort;
    }

    /// The port in [#address].
    public int port() {
        return port;
    }

    public long pid() {
        return process().pid();
    }

    /// etcd's warnings and errors so far.
    public List<String> log() {
        return process().lines();
    }

    /// Sends SIGKILL and waits until etcd is gone.
    public void kill() {
        process().kill();
        http.close();
    }

    /// Kills etcd if it runs, and starts it on the same port with the same data.
    public void restart() {
        kill();
        http = newHttp();
        int same = port;
        boot(() -> same);
    }

    /// The same, but all data is lost.
    public void restartEmpty() {
        kill();
        deleteData();
        restart();
    }

    /// Sends SIGSTOP: etcd still accepts connections, but does not answer.
    public void suspend() {
        process().suspend();
    }

    /// Sends SIGCONT, which ends [#suspend].
    public void resume() {
        process().resume();
    }

    /// Writes a key without a lease. Returns the store's revision.
    public long put(String key, String value) {
        return revision(post("/v3/kv/put", "{\"key\":%s,\"value\":%s}".formatted(base64(key), base64(value))));
    }

    /// Writes a key that depends on a lease.
    public void put(String key, String value, long lease) {
        String _ = post(
                "/v3/kv/put", "{\"key\":%s,\"value\":%s,\"lease\":%d}".formatted(base64(key), base64(value), lease));
    }

    /// Deletes a key. Returns the store's revision.
    public long delete(String key) {
        return revision(post("/v3/kv/deleterange", "{\"key\":%s}".formatted(base64(key))));
    }

    /// All keys, sorted.
    public List<String> keys() {
        String all = base64("\0");
        return KEY.matcher(post("/v3/kv/range", "{\"key\":%s,\"range_end\":%s}".formatted(all, all)))
                .results()
                .map(match -> new String(Base64.getDecoder().decode(match.group(1)), UTF_8))
                .toList();
    }

    /// Forgets all changes before this revision.
    public void compact(long revision) {
        String _ = post("/v3/kv/compaction", "{\"revision\":%d,\"physical\":true}".formatted(revision));
    }

    /// Turns on authentication: the user `root` may do everything, and `reader` may read keys below
    /// `prefix`. Each one's password is its name. The other methods of this class do not work from
    /// then on.
    public void enableAuth(String prefix) {
        String end = prefix.substring(0, prefix.length() - 1) + (char) (prefix.charAt(prefix.length() - 1) + 1);
        for (String user : List.of("root", "reader")) {
            String _ = post("/v3/auth/user/add", "{\"name\":\"%s\",\"password\":\"%s\"}".formatted(user, user));
            String _ = post("/v3/auth/role/add", "{\"name\":\"%s\"}".formatted(user));
            String _ = post("/v3/auth/user/grant", "{\"user\":\"%s\",\"role\":\"%s\"}".formatted(user, user));
        }
        String _ = post(
                "/v3/auth/role/grant",
                "{\"name\":\"reader\",\"perm\":{\"permType\":\"READ\",\"key\":%s,\"range_end\":%s}}"
                        .formatted(base64(prefix), base64(end)));
        String _ = post("/v3/auth/enable", "{}");
    }

    /// Turns off authentication. The users stay, so [#enableAuth] works once for each data.
    public void disableAuth() {
        var token = TOKEN.matcher(post("/v3/auth/authenticate", "{\"name\":\"root\",\"password\":\"root\"}"));
        if (!token.find()) {
            throw new IllegalStateException("etcd gives root no token");
        }
        String _ = send(
                "/v3/auth/disable",
                HttpRequest.newBuilder().header("Authorization", token.group(1)).POST(BodyPublishers.ofString("{}")));
    }

    /// The body of the answer to `POST path`; for calls without a method here.
    public String post(String path, String json) {
        return send(path, HttpRequest.newBuilder().POST(BodyPublishers.ofString(json)));
    }

    public AppProcess process() {
        return Objects.requireNonNull(process);
    }

    @Override
    public void close() {
        process().close();
        http.close();
        deleteData();
    }

    private void deleteData() {
        try (var files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(data)) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String send(String path, HttpRequest.Builder request) {
        var uri = URI.create("http://" + address() + path);
        try {
            var response = http.send(request.uri(uri).timeout(PATIENCE).build(), BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(
                        "etcd answered %d to %s: %s".formatted(response.statusCode(), path, response.body()));
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking etcd", e);
        }
    }

    private static long revision(String answer) {
        var revision = REVISION.matcher(answer);
        if (!revision.find()) {
            throw new IllegalStateException("no revision in " + answer);
        }
        return Long.parseLong(revision.group(1));
    }

    private static String base64(String text) {
        return '"' + Base64.getEncoder().encodeToString(text.getBytes(UTF_8)) + '"';
    }
}
