package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.AppProcess;
import dev.stringsvc.testkit.ConsulAgent;
import dev.stringsvc.testkit.Ports;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

/// Runs `make run` through the script that it calls.
@Timeout(180)
@ResourceLock("the ports from which the launcher looks for free ones")
class RunScriptTest {
    private static final Pattern PID = Pattern.compile("^run: (\\S+): pid (\\d+)");

    private final int port = Ports.free();

    private AppProcess run(Map<String, String> env) {
        return AppProcess.start(
                List.of("bash", Cluster.ROOT.resolve("scripts/run").toString()), env);
    }

    private int uppercase(HttpClient http) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/stringsvc/uppercase"))
                .POST(BodyPublishers.ofString("{\"s\": \"foo\"}"))
                .build();
        return http.send(request, BodyHandlers.ofString()).statusCode();
    }

    private static long pid(AppProcess run, String name) {
        return run.lines().stream()
                .flatMap(line -> PID.matcher(line).results())
                .filter(match -> match.group(1).equals(name))
                .map(match -> match.group(2))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }

    private static List<Long> pids(AppProcess run) {
        return run.lines().stream()
                .flatMap(line -> PID.matcher(line).results())
                .map((MatchResult match) -> Long.parseLong(match.group(2)))
                .toList();
    }

    @Test
    void starts_everything_survives_a_kill_and_leaves_nothing_behind() throws Exception {
        String adminPort = Integer.toString(Ports.free());
        var env = Map.of("PORT", Integer.toString(port), "ADMIN_PORT", adminPort, "REPLICAS", "2", "BUILD", "no");
        try (var run = run(env);
                var http = HttpClient.newHttpClient()) {
            run.awaitLine(line -> line.contains("run: ready in"), Cluster.PATIENCE);
            run.awaitLine("curl .*http://[^ ]*:" + port + "/stringsvc/uppercase");
            assertThat(uppercase(http)).isEqualTo(200);
            assertThat(uppercase(http)).isEqualTo(200);
            run.awaitLine("^stringsvc-1 +\\| .*method=uppercase input=foo output=FOO");
            run.awaitLine("^stringsvc-2 +\\| .*method=uppercase input=foo output=FOO");
            run.awaitLine("^gateway +\\| .*status=200");
            ProcessHandle.of(pid(run, "stringsvc-1")).orElseThrow().destroyForcibly();
            run.awaitLine("^stringsvc-1 +\\| exited with code 137");
            for (int i = 0; i < 10; i++) {
                assertThat(uppercase(http)).isEqualTo(200);
            }
            List<Long> pids = pids(run);
            assertThat(pids).hasSize(4);
            run.terminate();
            assertThat(run.awaitExit(Cluster.PATIENCE)).isZero();
            assertThat(pids).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
            assertThat(run.lines()).anyMatch(line -> line.matches("gateway +\\| exited with code 0"));
        }
    }

    /// Starts `make run` with one stringsvc in the background of a script.
    private AppProcess runInBackground() {
        String script = Cluster.ROOT.resolve("scripts/run").toString();
        return AppProcess.start(
                List.of("bash", "-c", "trap '' INT QUIT; exec bash " + script),
                Map.of(
                        "PORT",
                        Integer.toString(port),
                        "ADMIN_PORT",
                        Integer.toString(Ports.free()),
                        "REPLICAS",
                        "1",
                        "BUILD",
                        "no"));
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    @Test
    void stops_in_order_on_an_interrupt_although_a_script_had_it_ignored() {
        try (var run = runInBackground()) {
            run.awaitLine(line -> line.contains("Ctrl-C stops everything"), Cluster.PATIENCE);
            run.interrupt();
            assertThat(run.awaitExit(Cluster.PATIENCE)).isZero();
            assertThat(run.lines().stream().filter(line -> line.matches(".*\\| (exited.*|stopped)")))
                    .containsExactly(
                            "gateway     | exited with code 0",
                            "stringsvc-1 | exited with code 0",
                            "consul      | stopped");
        }
    }

    @Test
    void stringsvc_starts_from_its_aot_cache() {
        String script = Cluster.ROOT.resolve("scripts/stringsvc-aot").toString();
        try (var cache = AppProcess.start(List.of("bash", script), Map.of())) {
            assertThat(cache.awaitExit(Duration.ofMinutes(2))).isZero();
        }
        try (var run = runInBackground()) {
            run.awaitLine(line -> line.matches("stringsvc-1 .*listening on.*"), Cluster.PATIENCE);
            var stringsvc = ProcessHandle.of(pid(run, "stringsvc-1")).orElseThrow();
            assertThat(stringsvc.info().commandLine())
                    .hasValueSatisfying(
                            line -> assertThat(line).contains("-XX:AOTCache=stringsvc/target/stringsvc.aot"));
            // the JVM warns if it does not use the cache
            assertThat(run.lines()).noneMatch(line -> line.contains("[aot]"));
        }
    }

    @Test
    void a_second_signal_kills_programs_that_do_not_stop() throws Exception {
        try (var run = runInBackground()) {
            run.awaitLine(line -> line.contains("run: gateway: pid"), Cluster.PATIENCE);
            long stuck = pid(run, "stringsvc-1");
            new ProcessBuilder("kill", "-STOP", Long.toString(stuck)).start().waitFor();
            run.interrupt();
            run.awaitLine("^gateway +\\| exited");
            assertThat(isAlive(stuck)).isTrue();
            run.interrupt();
            assertThat(run.awaitExit(Cluster.PATIENCE)).isEqualTo(130);
            await().atMost(Cluster.PATIENCE).until(() -> pids(run).stream().noneMatch(RunScriptTest::isAlive));
        }
    }

    @Test
    void nothing_outlives_a_launcher_that_is_killed() {
        try (var run = runInBackground()) {
            run.awaitLine(line -> line.contains("run: gateway: pid"), Cluster.PATIENCE);
            List<Long> pids = pids(run);
            assertThat(pids).hasSize(3).allMatch(RunScriptTest::isAlive);
            run.handle().destroyForcibly();
            await().atMost(Cluster.PATIENCE).until(() -> pids.stream().noneMatch(RunScriptTest::isAlive));
        }
    }

    @Test
    void a_program_that_ends_early_is_named_in_one_line_and_the_others_are_stopped() {
        var env = Map.of(
                "PORT", Integer.toString(port),
                "ADMIN_PORT", Integer.toString(Ports.free()),
                "REPLICAS", "1",
                "BUILD", "no",
                "GATEWAY_CONFIG", "/no/such/file");
        try (var run = run(env)) {
            assertThat(run.awaitExit(Cluster.PATIENCE)).isEqualTo(1);
            assertThat(run.lines())
                    .anyMatch(line -> line.matches("gateway +\\| .*/no/such/file.*"))
                    .last()
                    .isEqualTo("run: gateway ended before all was ready; its last lines are above");
            assertThat(pids(run)).noneMatch(RunScriptTest::isAlive);
        }
    }

    @Test
    void a_consul_that_already_runs_is_used_and_not_stopped() {
        try (var consul = ConsulAgent.start();
                var run = run(Map.of(
                        "PORT", Integer.toString(port),
                        "ADMIN_PORT", Integer.toString(Ports.free()),
                        "REPLICAS", "1",
                        "BUILD", "no",
                        "CONSUL_HTTP_ADDR", consul.address()))) {
            run.awaitLine(line -> line.contains("run: ready in"), Cluster.PATIENCE);
            assertThat(consul.passing("stringsvc")).containsExactly("stringsvc-1");
            run.terminate();
            assertThat(run.awaitExit(Cluster.PATIENCE)).isZero();
            assertThat(run.lines()).contains("run: using the Consul at " + consul.address() + " (CONSUL_HTTP_ADDR)");
            assertThat(consul.passing("stringsvc")).isEmpty();
        }
    }

    @Test
    void a_taken_port_gives_one_clear_line() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var run = run(Map.of("PORT", Integer.toString(taken.getLocalPort()), "BUILD", "no"))) {
            assertThat(run.awaitExit(Cluster.PATIENCE)).isEqualTo(1);
            assertThat(run.lines())
                    .singleElement()
                    .asString()
                    .contains("port " + taken.getLocalPort() + " is taken", "PORT=");
        }
    }
}
