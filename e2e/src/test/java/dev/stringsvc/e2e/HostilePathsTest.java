package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.testkit.AppProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// Paths that browsers, registries and attackers send to a gateway with 256 MiB. The host `lenient` has
/// routes with `paths: lenient`. Every other host has the same routes without it.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated("measures times")
class HostilePathsTest {
    private static final Pattern LISTENING = Pattern.compile("listening on \\S*:(\\d+),");

    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private ServerSocket instance;
    private AppProcess gateway;
    private int port;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        instance = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
        Path file = Files.writeString(folder.resolve("gateway.yaml"), """
                services: {web: {instances: ["127.0.0.1:%d"]}}
                routes:
                  - {name: strict, path: /, service: web}
                  - {name: strict-login, path: /login, service: web}
                  - {name: any, host: lenient, path: /, service: web, paths: lenient}
                  - {name: login, host: lenient, path: /login, service: web, paths: lenient}
                  - {name: admin, host: lenient, path: /admin, respond: {status: 403}}
                  - {name: app, host: lenient, path: /app, service: web, paths: lenient, strip-prefix: /app}
                  - {name: old, host: lenient, path: "/old/{id}", service: web, paths: lenient, rewrite: "/v2/{id}"}
                """.formatted(instance.getLocalPort()));
        gateway = AppProcess.java(
                Cluster.jar("gateway"),
                List.of("--config", file.toString(), "--host", "127.0.0.1", "--port", "0", "--admin-port", "0"),
                Map.of("JAVA_TOOL_OPTIONS", "-Xmx256m"));
        Matcher listening = LISTENING.matcher(gateway.awaitLine("listening on"));
        assertThat(listening.find()).isTrue();
        port = Integer.parseInt(listening.group(1));
    }

    @AfterAll
    void stop() throws IOException {
        gateway.close();
        instance.close();
    }

    private void accept() {
        while (true) {
            try {
                Socket connection = instance.accept();
                Thread.ofVirtual().start(() -> answer(connection));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void answer(Socket connection) {
        try (connection) {
            var in = new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
            String line = in.readLine();
            while (line != null) {
                seen.add(line);
                while (line != null && !line.isEmpty()) {
                    line = in.readLine();
                }
                connection
                        .getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                line = in.readLine();
            }
        } catch (IOException e) {
            seen.add("broken: " + e);
        }
    }

    /// The complete answer.
    private String get(String host, String path) throws IOException {
        try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream()
                    .write("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                            .formatted(path, host)
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void characters_that_browsers_do_not_encode_pass_on_any_route() throws Exception {
        for (String path : List.of("/_next/[slug].js", "/a|b", "/{a}^\"b\"`?c=[d]|{e}")) {
            assertThat(get("gw", path)).startsWith("HTTP/1.1 200 ");
            assertThat(seen.take()).isEqualTo("GET " + path + " HTTP/1.1");
        }
    }

    @Test
    void encoded_slashes_and_parameters_pass_on_lenient_routes() throws Exception {
        for (String path :
                List.of("/@scope%2fname", "/api/v4/projects/group%2Fproject", "/login;jsessionid=A1", "/login;a/b;c")) {
            assertThat(get("gw", path))
                    .startsWith("HTTP/1.1 400 ")
                    .contains(path.contains(";") ? "';'" : path.contains("%2f") ? "'%2f'" : "'%2F'")
                    .contains("`paths: lenient`");
            assertThat(get("lenient", path)).startsWith("HTTP/1.1 200 ");
            assertThat(seen.take()).isEqualTo("GET " + path + " HTTP/1.1");
        }
        assertThat(get("lenient", "/app;v=1/@a%2fb;c")).startsWith("HTTP/1.1 200 ");
        assertThat(seen.take()).isEqualTo("GET /@a%2fb;c HTTP/1.1");
        assertThat(get("lenient", "/old;v=1/a%2fb/c;d")).startsWith("HTTP/1.1 200 ");
        assertThat(seen.take()).isEqualTo("GET /v2/a%2fb/c;d HTTP/1.1");
    }

    @Test
    void no_path_that_traverses_or_evades_a_route_reaches_the_instance() throws Exception {
        for (String path : List.of(
                "/a/../admin",
                "/a/%2e%2e/admin",
                "/a/..;x/admin",
                "/a%2f..%2fadmin",
                "/a%252f%252e%252e%252fadmin",
                "/app/%2fevil.example",
                "/app;x//evil.example",
                "/admin%2fx",
                "/%2fadmin",
                "/%61dmin%3bx",
                "/a%5c..%5cadmin",
                "/a\\..\\admin")) {
            assertThat(get("lenient", path))
                    .as(path)
                    .startsWith("HTTP/1.1 400 ")
                    .contains("The path ");
        }
        assertThat(get("lenient", "/admin;x=1"))
                .as("matched without its parameter, by a strict route")
                .startsWith("HTTP/1.1 400 ");
        assertThat(seen).isEmpty();
    }
}
