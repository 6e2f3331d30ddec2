package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.testkit.AppProcess;
import dev.stringsvc.testkit.ConsulAgent;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The gateway's command line.
@Timeout(120)
class GatewayCommandTest {
    @TempDir
    Path folder;

    private record Ended(int code, List<String> lines) {}

    private static Ended run(String... args) {
        try (var gateway = AppProcess.java(Cluster.jar("gateway"), List.of(args), Map.of())) {
            int code = gateway.awaitExit(Cluster.PATIENCE);
            return new Ended(code, gateway.lines());
        }
    }

    @Test
    void help_names_every_flag_and_variable() {
        Ended help = run("--help");
        assertThat(help.code()).isZero();
        assertThat(String.join("\n", help.lines()))
                .contains("--config", "--port", "--admin-port", "--static", "--consul", "--last-good", "GATEWAY_PORT")
                .contains("CONSUL_HTTP_ADDR", "CONSUL_HTTP_TOKEN", "check", "defaults");
        assertThat(run("--version").lines()).first().asString().matches("gateway \\d+\\.\\d+\\.\\d+.*");
    }

    @Test
    void check_tells_a_good_file_from_a_bad_one_without_starting() throws Exception {
        Path good = Files.writeString(folder.resolve("good.yaml"), "port: 9000\n");
        assertThat(run("check", good.toString())).isEqualTo(new Ended(0, List.of(good + ": valid, 3 routes")));
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "port: 9000\nrouts: []\n");
        Ended refused = run("check", bad.toString());
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.lines()).singleElement().asString().startsWith("gateway: " + bad + ":2: routs: unknown key");
        assertThat(run("--config", bad.toString()).code()).isEqualTo(2);
    }

    @Test
    void the_printed_defaults_are_a_valid_file() throws Exception {
        Path file = Files.write(folder.resolve("defaults.yaml"), run("defaults").lines());
        assertThat(run("check", file.toString()).code()).isZero();
    }

    @Test
    void a_bad_flag_is_one_clear_line_and_exit_code_2() {
        Ended refused = run("--port", "http");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.lines()).first().asString().contains("--port", "http");
        Ended fixed = run("--static", "stringsvc=nowhere");
        assertThat(fixed.code()).isEqualTo(2);
        assertThat(fixed.lines()).singleElement().asString().contains("expected host:port");
    }

    @Test
    void a_taken_port_is_one_clear_line_and_exit_code_1() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            Ended data = run("--host", "127.0.0.1", "--port", port, "--admin-port", "0", "--static", "stringsvc=h:1");
            assertThat(data.code()).isEqualTo(1);
            assertThat(data.lines()).last().asString().contains(":" + port + ": ", "--port");
            Ended admin = run("--port", "0", "--admin-port", port, "--static", "stringsvc=h:1");
            assertThat(admin.code()).isEqualTo(1);
            assertThat(admin.lines()).last().asString().contains(":" + port + ": ", "--admin-port");
        }
    }

    @Test
    void started_before_consul_it_listens_says_why_it_is_not_ready_and_gets_ready() throws Exception {
        try (var consul = ConsulAgent.start();
                var http = HttpClient.newHttpClient()) {
            consul.kill();
            startedBefore(consul, http);
        }
    }

    private static void startedBefore(ConsulAgent consul, HttpClient http) throws Exception {
        try (var gateway = Cluster.gateway(consul.address())) {
            String line = gateway.awaitLine("listening on");
            String admin = "http://127.0.0.1:" + line.replaceFirst(".*admin on [^:]*:(\\d+).*", "$1");
            gateway.awaitLine("discovery failed, going on with 0 known instances");
            var notReady = http.send(
                    HttpRequest.newBuilder(URI.create(admin + "/readyz")).build(), BodyHandlers.ofString());
            assertThat(notReady.statusCode()).isEqualTo(503);
            assertThat(notReady.body()).contains("stringsvc: no answer from discovery yet", "cannot be reached");
            String data = "http://127.0.0.1:" + line.replaceFirst(".*listening on [^:]*:(\\d+),.*", "$1");
            var unknown = http.send(
                    HttpRequest.newBuilder(URI.create(data + "/stringsvc/uppercase"))
                            .POST(HttpRequest.BodyPublishers.ofString("{}"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(unknown.statusCode()).isEqualTo(503);
            assertThat(unknown.headers().firstValue("Retry-After")).isPresent();
            consul.restart();
            gateway.awaitLine("discovery answers, 0 instances");
            var ready = http.send(
                    HttpRequest.newBuilder(URI.create(admin + "/readyz")).build(), BodyHandlers.ofString());
            assertThat(ready.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_second_signal_ends_it_at_once() {
        try (var gateway = AppProcess.java(
                Cluster.jar("gateway"),
                List.of("--port", "0", "--admin-port", "0", "--grace", "1h", "--static", "stringsvc=127.0.0.1:1"),
                Map.of())) {
            gateway.awaitLine("listening on");
            gateway.terminate();
            gateway.awaitLine("not ready any more");
            gateway.terminate();
            assertThat(gateway.awaitExit(Duration.ofSeconds(30))).isEqualTo(128 + 15);
        }
    }
}
