package dev.stringsvc.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.AppProcess;
import dev.stringsvc.testkit.ConsulAgent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The program as a user starts it, in a separate process.
class ProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String LIST_CLASSES = "-Xlog:class+load:stdout";

    private static AppProcess run(String... args) {
        return run(Map.of(), args);
    }

    private static AppProcess run(Map<String, String> environment, String... args) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path");
        var command = Stream.of(java, "-XX:TieredStopAtLevel=1", "-cp", classPath, Main.class.getName());
        return AppProcess.start(Stream.concat(command, Stream.of(args)).toList(), environment);
    }

    private static int port(AppProcess process) {
        String line = process.awaitLine("listening on");
        return Integer.parseInt(line.replaceFirst(".*:([0-9]+)\".*", "$1"));
    }

    private static Socket send(int port, String bytes) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.getOutputStream().write(bytes.getBytes(UTF_8));
        return socket;
    }

    private static String health(int port) throws IOException {
        try (Socket socket = send(port, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) {
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    void on_sigterm_deregisters_serves_on_answers_requests_in_flight_and_exits_with_0() throws Exception {
        try (var consul = ConsulAgent.start();
                var process = run("--port", "0", "--id", "a", "--grace", "1s", "--consul", consul.address())) {
            int port = port(process);
            await().atMost(PATIENCE).until(() -> consul.passing("stringsvc").equals(List.of("a")));
            try (Socket inFlight =
                    send(port, "POST /uppercase HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n{\"s\":")) {
                process.terminate();
                process.awaitLine("serving on");
                assertThat(consul.passing("stringsvc")).isEmpty();
                assertThat(health(port)).startsWith("HTTP/1.1 503 ");
                process.awaitLine("accepting no more connections; requests in flight: 1");
                inFlight.getOutputStream().write("\"foo\"}".getBytes(UTF_8));
                assertThat(new String(inFlight.getInputStream().readAllBytes(), UTF_8))
                        .startsWith("HTTP/1.1 200 ")
                        .endsWith("{\"v\":\"FOO\"}");
            }
            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(process.lines())
                    .anyMatch(line -> line.matches("ts=\\S+Z listen=:" + port + " caller=StringApi.uppercase"
                            + " method=uppercase input=foo output=FOO err=null took=\\S+"))
                    .last()
                    .asString()
                    .contains("every request was answered");
        }
    }

    @Test
    void logs_that_consul_requires_a_token() {
        try (var consul = ConsulAgent.start("acl { enabled = true, default_policy = \"deny\" }");
                var process = run("--port", "0", "--grace", "0s", "--consul", consul.address())) {
            assertThat(process.awaitLine("not registered")).contains("answered 403", "CONSUL_HTTP_TOKEN");
            process.terminate();
            assertThat(process.awaitExit(PATIENCE)).isZero();
        }
    }

    @Test
    void warns_of_an_id_that_changes_at_a_restart() {
        try (var consul = ConsulAgent.start();
                var process = run("--port", "0", "--grace", "0s", "--consul", consul.address())) {
            assertThat(process.awaitLine("--port 0 without --id")).contains("level=warn", "stringsvc-");
            process.awaitLine("registered in Consul as");
            process.terminate();
            assertThat(process.awaitExit(PATIENCE)).isZero();
        }
    }

    @Test
    void a_second_signal_ends_it_at_once() {
        try (var process = run("--port", "0", "--no-register", "--grace", "1h")) {
            port(process);
            process.interrupt();
            process.awaitLine("serving on");
            process.terminate();
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(143);
            assertThat(process.lines()).last().asString().contains("a second signal");
        }
    }

    @Test
    void a_taken_port_gives_one_line_and_exit_code_1() throws Exception {
        try (var taken = new ServerSocket(0);
                var process = run("--port", Integer.toString(taken.getLocalPort()))) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(process.lines())
                    .containsExactly(
                            "stringsvc: cannot listen on 0.0.0.0:" + taken.getLocalPort() + ": Address already in use");
        }
    }

    @Test
    void a_wrong_flag_gives_one_line_and_exit_code_2() {
        try (var process = run("--port", "x")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(process.lines())
                    .singleElement()
                    .asString()
                    .startsWith("stringsvc: ")
                    .contains("--port", "--help");
        }
    }

    @Test
    void a_wrong_variable_of_opentelemetry_gives_one_line_and_exit_code_2() {
        var environment =
                Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1", "OTEL_TRACES_SAMPLER", "sometimes");
        try (var process = run(environment, "--port", "0", "--no-register")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(process.lines())
                    .singleElement()
                    .asString()
                    .startsWith("stringsvc: traces: ")
                    .contains("sometimes", "--help");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http://127.0.0.1:1"})
    void opentelemetry_is_loaded_only_if_an_endpoint_is_named(String endpoint) throws Exception {
        Map<String, String> environment = endpoint.isEmpty()
                ? Map.of("JAVA_TOOL_OPTIONS", LIST_CLASSES)
                : Map.of("JAVA_TOOL_OPTIONS", LIST_CLASSES, "OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
        try (var process = run(environment, "--port", "0", "--grace", "0s", "--no-register")) {
            int port = port(process);
            send(port, "POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{\"s\":\"a\"}")
                    .close();
            process.awaitLine("method=count");
            process.terminate();
            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(process.lines()).anyMatch(line -> line.contains("dev.stringsvc.tracing.Tracing "));
            assertThat(process.lines().stream().anyMatch(line -> line.contains(" io.opentelemetry.")))
                    .isEqualTo(!endpoint.isEmpty());
        }
    }

    @Test
    void help_names_every_flag_and_its_variable() {
        try (var process = run("--help")) {
            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(String.join("\n", process.lines()))
                    .contains("--host", "STRINGSVC_HOST", "--port", "STRINGSVC_PORT", "--id", "STRINGSVC_ID")
                    .contains("--advertise", "STRINGSVC_ADVERTISE", "--tag", "STRINGSVC_TAGS")
                    .contains("--consul", "CONSUL_HTTP_ADDR", "CONSUL_HTTP_TOKEN", "CONSUL_HTTP_SSL")
                    .contains("--grace", "STRINGSVC_GRACE", "--drain", "STRINGSVC_DRAIN", "--no-register");
        }
    }
}
