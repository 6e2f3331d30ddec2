package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stringsvc.testkit.ConsulAgent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// Requests with forged client addresses, and instances at addresses to which no request may go. The
/// gateway has 256 MiB.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@Isolated("measures times")
class HostileAddressesTest {
    private static final String CLIENT = "127.0.0.1";
    private static final String PROXY = "127.0.0.2";

    private final AtomicInteger asked = new AtomicInteger();
    private final ConsulAgent consul = ConsulAgent.start();
    private HttpServer echo;
    private GatewayProcess gateway;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        echo = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        echo.createContext("/", this::echo);
        echo.start();
        Path file = folder.resolve("gateway.yaml");
        write(file, 1);
        gateway = GatewayProcess.start(
                consul.address(),
                Map.of("JAVA_TOOL_OPTIONS", "-Xmx256m", "GATEWAY_LAST_GOOD", folder.resolve("last-good.json") + ""),
                "--config",
                file.toString());
        write(file, gateway.port()); // the port is known only now; the gateway reloads the changed file
        await().atMost(Cluster.PATIENCE)
                .until(() -> gateway.admin("/upstreams").body().contains("127.0.0.1:" + gateway.port()));
    }

    private void write(Path file, int own) throws IOException {
        Files.writeString(file, """
            admin: {hosts: [gw.example]}
            trusted-proxies: [127.0.0.2]
            services:
              echo: {instances: ["127.0.0.1:%1$d"]}
              self: {instances: ["127.0.0.1:%2$d"]}
            routes:
            - path: /echo
              service: echo
              strip-prefix: /echo
              request-headers: {set: {X-Api-Key: s3cret-1}}
              response-headers: {set: {X-Answer-Key: s3cret-2}}
            - {path: /self, service: self}
            - {path: /registered, service: registered}
            """.formatted(echo.getAddress().getPort(), own));
    }

    @AfterAll
    void stop() {
        gateway.close();
        echo.stop(0);
        consul.close();
    }

    /// Answers with the request's header fields, one a line, with their names in lower case.
    private void echo(HttpExchange exchange) throws IOException {
        asked.incrementAndGet();
        byte[] fields = exchange.getRequestHeaders().entrySet().stream()
                .flatMap(field -> field.getValue().stream()
                        .map(value -> field.getKey().toLowerCase(java.util.Locale.ROOT) + ": " + value))
                .collect(Collectors.joining("\n"))
                .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, fields.length);
        try (exchange;
                var body = exchange.getResponseBody()) {
            body.write(fields);
        }
    }

    /// Sends one request on a new connection from an address of this machine.
    private static String send(String from, int port, String path, String... fields) throws IOException {
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            String head =
                    "GET " + path + " HTTP/1.1\r\nConnection: close\r\n" + String.join("\r\n", fields) + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String echoed(String from, String... fields) throws IOException {
        String[] all = java.util.Arrays.copyOf(fields, fields.length + 1);
        all[fields.length] = "Host: gw";
        String answer = send(from, gateway.port(), "/echo/x", all);
        assertThat(answer).startsWith("HTTP/1.1 200 ");
        return answer.substring(answer.indexOf("\r\n\r\n"));
    }

    private static final String[] LIES = {
        "X-Forwarded-Prefix: /lie",
        "X-Forwarded-Server: lie",
        "X-Forwarded-Ssl: lie",
        "X-Forwarded-User: lie",
        "X_Forwarded_For: 6.6.6.6",
        "X-Forwarded_Host: lie",
        "X-Real-IP: 6.6.6.6",
        "X_Real_IP: 6.6.6.6",
        "True-Client-IP: 6.6.6.6",
        "X-Original-URL: /lie",
        "X-Rewrite-URL: /lie",
        "X-Client-IP: 6.6.6.6",
        "Forwarded: for=6.6.6.6",
        "X-Mine: kept"
    };

    @Test
    void forwarding_headers_of_a_stranger_do_not_reach_the_instance() throws Exception {
        assertThat(echoed(CLIENT, LIES))
                .doesNotContainIgnoringCase("lie")
                .doesNotContain("6.6.6.6")
                .contains("x-mine: kept", "x-forwarded-for: 127.0.0.1", "x-forwarded-prefix: /echo");
    }

    @Test
    void forwarding_headers_of_a_trusted_proxy_do_unless_they_are_misspelt() throws Exception {
        assertThat(echoed(PROXY, LIES))
                .contains("x-forwarded-prefix: /lie/echo", "x-forwarded-user: lie", "x-real-ip: 6.6.6.6")
                .doesNotContain("x_", "forwarded_");
    }

    @Test
    void ipv6_is_written_in_one_form() throws Exception {
        assertThat(echoed(PROXY, "Forwarded: for=\"[2001:DB8:0:0::A]\"")).contains("x-forwarded-for: 2001:db8::a, ");
    }

    @Test
    void instances_at_the_gateways_consuls_or_link_local_addresses_are_left_out() throws Exception {
        int echoPort = echo.getAddress().getPort();
        Map<String, Integer> bad = Map.of(
                "own-port", gateway.port(),
                "admin-port", gateway.adminPort(),
                "consul", consul.port());
        bad.forEach((id, port) -> consul.register(id, "registered", "127.0.0.1", port));
        consul.register("own-name", "registered", "localhost", gateway.adminPort());
        consul.register("link-local", "registered", "169.254.169.254", 80);
        consul.register("number", "registered", "2130706433", echoPort);
        consul.register("octal", "registered", "0177.0.0.1", echoPort);
        consul.register("good", "registered", "127.0.0.1", echoPort);
        gateway.process().awaitLine("registered: good joined at 127.0.0.1:");
        for (int i = 0; i < 20; i++) {
            assertThat(send(CLIENT, gateway.port(), "/registered", "Host: gw"))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("x-forwarded-for: 127.0.0.1");
        }
        for (String line : List.of(
                "own-port is left out: 127.0.0.1:" + gateway.port() + " is the gateway's own port",
                "admin-port is left out: 127.0.0.1:" + gateway.adminPort() + " is the gateway's own port",
                "consul is left out: " + consul.address() + " is Consul's own API",
                "link-local is left out: 169.254.169.254 is link-local; consul.addresses sets",
                "number is left out: '2130706433' is not a name",
                "octal is left out: '0177.0.0.1' is not a name")) {
            assertThat(gateway.process().lines())
                    .filteredOn(one -> one.contains(line))
                    .hasSize(1);
        }
        // a name is checked when it is resolved
        assertThat(gateway.process().lines()).noneMatch(one -> one.contains("own-name is left out"));
        assertThat(gateway.admin("/upstreams").body()).contains("own-name", "is the gateway's own port");
    }

    @Test
    void a_request_that_returns_to_the_gateway_is_refused() throws Exception {
        String answer = send(CLIENT, gateway.port(), "/self", "Host: gw");
        assertThat(answer)
                .startsWith("HTTP/1.1 508 ")
                .contains("application/problem+json", "passed this gateway before");
        // the second one makes no attempt, and the first one not a second attempt
        await().atMost(Cluster.PATIENCE)
                .untilAsserted(() -> assertThat(gateway.process().lines())
                        .filteredOn(line -> line.contains("path=/self"))
                        .map(line -> line.replaceFirst(".*(attempts=[0-9]+).*", "$1"))
                        .containsExactlyInAnyOrder("attempts=0", "attempts=1"));
    }

    @Test
    void a_chain_of_more_than_twenty_gateways_is_refused() throws Exception {
        String twenty = "Via: " + String.join(", ", Collections.nCopies(20, "1.1 gateway"));
        assertThat(echoed(CLIENT, twenty)).contains("via: 1.1 gateway");
        int before = asked.get();
        assertThat(send(CLIENT, gateway.port(), "/echo", "Host: gw", twenty, "Via: 1.1 other"))
                .startsWith("HTTP/1.1 508 ");
        assertThat(asked).hasValue(before);
    }

    @Test
    void values_of_headers_that_a_route_sets_are_not_shown_or_logged() throws Exception {
        assertThat(echoed(CLIENT)).contains("x-api-key: s3cret-1");
        assertThat(gateway.admin("/routes").body())
                .contains("X-Api-Key", "X-Answer-Key", "***")
                .doesNotContain("s3cret");
        assertThat(gateway.process().lines()).noneMatch(line -> line.contains("s3cret"));
    }

    @Test
    void admin_port_answers_to_its_own_names_alone() throws Exception {
        for (String host : List.of("127.0.0.1:1", "[::1]", "localhost", "gw.example:8081")) {
            assertThat(send(CLIENT, gateway.adminPort(), "/routes", "Host: " + host))
                    .startsWith("HTTP/1.1 200 ");
        }
        assertThat(send(CLIENT, gateway.adminPort(), "/routes", "Host: evil.example"))
                .startsWith("HTTP/1.1 421 ")
                .contains("application/problem+json", "admin.hosts")
                .doesNotContain("X-Api-Key");
    }
}
