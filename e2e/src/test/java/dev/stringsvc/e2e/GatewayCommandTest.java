package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.testkit.AppProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
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
    void check_accepts_a_good_file_and_refuses_a_bad_one_without_starting() throws Exception {
        Path good = Files.writeString(folder.resolve("good.yaml"), "port: 9000\n");
        assertThat(run("check", good.toString())).isEqualTo(new Ended(0, List.of(good + ": valid, 3 routes")));
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "port: 9000\nrouts: []\n");
        Ended refused = run("check", bad.toString());
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.lines()).singleElement().asString().startsWith("gateway: " + bad + ":2: routs: unknown key");
        assertThat(run("--config", bad.toString()).code()).isEqualTo(2);
    }

    /// The JVM reads the number of carriers when it makes the first virtual thread. `Main` must set it before that.
    @Test
    void virtual_threads_have_one_carrier_more_than_there_are_processors() throws Exception {
        List<String> flags = List.of("--host", "127.0.0.1", "--port", "0", "--admin-port", "0", "--static", "s=h:1");
        try (var gateway = AppProcess.java(Cluster.jar("gateway"), flags, Map.of())) {
            gateway.awaitLine("listening on");
            var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            try (var asked = AppProcess.start(
                    List.of(jcmd, Long.toString(gateway.pid()), "Thread.vthread_scheduler"), Map.of())) {
                assertThat(asked.awaitExit(Cluster.PATIENCE)).isZero();
                assertThat(String.join("\n", asked.lines()))
                        .contains("parallelism = " + (Runtime.getRuntime().availableProcessors() + 1) + ",");
            }
        }
    }

    @Test
    void the_printed_defaults_are_a_valid_file() throws Exception {
        Path file = Files.write(folder.resolve("defaults.yaml"), run("defaults").lines());
        assertThat(run("check", file.toString()).code()).isZero();
    }

    @Test
    void a_bad_flag_gives_one_clear_line_and_exit_code_2() {
        Ended refused = run("--port", "http");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.lines()).first().asString().contains("--port", "http");
        Ended fixed = run("--static", "stringsvc=nowhere");
        assertThat(fixed.code()).isEqualTo(2);
        assertThat(fixed.lines()).singleElement().asString().contains("expected host:port");
    }

    @Test
    void a_taken_port_gives_one_clear_line_and_exit_code_1() throws Exception {
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
