package dev.stringsvc.e2e;

import dev.stringsvc.testkit.AppProcess;
import dev.stringsvc.testkit.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// An example as `make users` or `make hotels` runs it, on free ports and with the jars as they are.
///
/// @param port that of the gateway
record RunScript(AppProcess process, HttpClient http, int port, int adminPort) implements AutoCloseable {
    /// Ten JVMs that start at once need a while on a machine with two cores.
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final Pattern PID = Pattern.compile("^run: (\\S+): pid (\\d+)");

    /// Starts the example, and returns once all is ready.
    ///
    /// @param example the argument of `scripts/run`
    static RunScript start(String example) {
        return start(example, Map.of());
    }

    /// Starts the example with further variables for all of its programs.
    static RunScript start(String example, Map<String, String> variables) {
        int port = Ports.free();
        int adminPort = Ports.free();
        Map<String, String> env = new HashMap<>(variables);
        env.putAll(Map.of("PORT", Integer.toString(port), "ADMIN_PORT", Integer.toString(adminPort), "BUILD", "no"));
        var command = List.of("bash", Cluster.ROOT.resolve("scripts/run").toString(), example);
        var process = AppProcess.start(command, env);
        try {
            process.awaitLine(line -> line.contains("run: ready in"), PATIENCE);
            return new RunScript(process, HttpClient.newHttpClient(), port, adminPort);
        } catch (RuntimeException | Error e) {
            process.close();
            throw e;
        }
    }

    URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    /// Sends SIGKILL to one of the programs.
    void kill(String name) {
        ProcessHandle.of(pid(name)).orElseThrow().destroyForcibly();
    }

    /// Sends a signal to one of the programs.
    ///
    /// @param signal without the `SIG`
    void signal(String name, String signal) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + signal, Long.toString(pid(name)))
                .start()
                .waitFor();
        if (status != 0) {
            throw new IllegalStateException(name + " gets no " + signal);
        }
    }

    private long pid(String name) {
        return process.lines().stream()
                .flatMap(line -> PID.matcher(line).results())
                .filter(match -> match.group(1).equals(name))
                .mapToLong(match -> Long.parseLong(match.group(2)))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        http.close();
        process.close();
    }
}
