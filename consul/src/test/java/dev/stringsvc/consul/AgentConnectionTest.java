package dev.stringsvc.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.orbitz.consul.ConsulException;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import dev.stringsvc.program.Environment;
import dev.stringsvc.testkit.ConsulAgent;
import dev.stringsvc.testkit.ConsulCertificates;
import dev.stringsvc.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentConnectionTest {
    @TempDir
    Path folder;

    private static AgentConnection connect(Map<String, String> variables) {
        return connect(variables, Duration.ofSeconds(5));
    }

    private static AgentConnection connect(Map<String, String> variables, Duration silence) {
        return new AgentConnection(
                ConsulSettings.of(new Environment(variables), Optional.empty()),
                new AgentConnection.Timeouts(Duration.ofSeconds(2), silence),
                Executors.newVirtualThreadPerTaskExecutor());
    }

    private static String leader(Map<String, String> variables) {
        try (var connection = connect(variables)) {
            return connection.consul().statusClient().getLeader();
        }
    }

    private static Map<String, String> with(Map<String, String> variables, String... more) {
        Map<String, String> all = new HashMap<>(variables);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    @Test
    void speaks_tls_with_an_agent_whose_authority_it_is_told() throws Exception {
        var certificates = ConsulCertificates.in(folder);
        Path authorities = Files.createDirectory(folder.resolve("authorities"));
        Files.copy(certificates.authority(), authorities.resolve("ca.pem"));
        int port = Ports.free();
        try (var agent = ConsulAgent.start(certificates.hcl(port))) {
            var plain = Map.of("CONSUL_HTTP_ADDR", "https://127.0.0.1:" + port);
            assertThatThrownBy(() -> leader(plain)).hasStackTraceContaining("unable to find valid certification path");

            var trusting = with(plain, "CONSUL_CACERT", certificates.authority().toString());
            assertThat(leader(trusting)).contains("127.0.0.1:");
            assertThat(leader(with(plain, "CONSUL_CAPATH", authorities.toString())))
                    .contains("127.0.0.1:");
            assertThat(leader(with(plain, "CONSUL_HTTP_SSL_VERIFY", "false"))).contains("127.0.0.1:");
            assertThat(leader(
                            with(trusting, "CONSUL_HTTP_ADDR", "http://localhost:" + port, "CONSUL_HTTP_SSL", "true")))
                    .contains("127.0.0.1:");
            assertThat(leader(with(trusting, "CONSUL_TLS_SERVER_NAME", "server.dc1.consul")))
                    .contains("127.0.0.1:");
            assertThatThrownBy(() -> leader(with(trusting, "CONSUL_TLS_SERVER_NAME", "other.dc1.consul")))
                    .hasStackTraceContaining("other.dc1.consul not verified");
            assertThat(agent.address()).isNotEmpty();
        }
    }

    @Test
    void shows_the_certificate_that_an_agent_asks_for() {
        var certificates = ConsulCertificates.in(folder);
        int port = Ports.free();
        try (var agent = ConsulAgent.start(certificates.hcl(port), "verify_incoming_https = true")) {
            var trusting = Map.of(
                    "CONSUL_HTTP_ADDR",
                    "https://127.0.0.1:" + port,
                    "CONSUL_CACERT",
                    certificates.authority().toString());
            assertThatThrownBy(() -> leader(trusting)).isInstanceOf(ConsulException.class);
            assertThat(leader(with(
                            trusting,
                            "CONSUL_CLIENT_CERT",
                            certificates.client().toString(),
                            "CONSUL_CLIENT_KEY",
                            certificates.clientKey().toString())))
                    .contains("127.0.0.1:");
            assertThat(agent.address()).isNotEmpty();
        }
    }

    @Test
    void reaches_an_agent_by_a_unix_socket() {
        Path socket = folder.resolve("consul.sock");
        try (var agent = ConsulAgent.start("addresses { http = \"127.0.0.1 unix://" + socket + "\" }")) {
            var address = Map.of("CONSUL_HTTP_ADDR", "unix://" + socket);
            assertThat(leader(address)).contains("127.0.0.1:");
            assertThat(agent.address()).isNotEmpty();
        }
        assertThatThrownBy(() -> leader(Map.of("CONSUL_HTTP_ADDR", "unix:///nowhere")))
                .isInstanceOf(ConsulException.class);
    }

    @Test
    void gives_up_on_a_unix_socket_that_says_nothing() throws Exception {
        Path socket = folder.resolve("silent.sock");
        try (var silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(socket));
            try (var connection = connect(Map.of("CONSUL_HTTP_ADDR", "unix://" + socket), Duration.ofMillis(100))) {
                assertThatThrownBy(() -> connection.consul().statusClient().getLeader())
                        .hasRootCauseInstanceOf(IOException.class)
                        .hasCauseInstanceOf(SocketTimeoutException.class);
            }
        }
    }

    @Test
    void sends_what_it_is_told_to_send() throws Exception {
        try (var agent = new Recorder()) {
            leader(Map.of(
                    "CONSUL_HTTP_ADDR", agent.address(),
                    "CONSUL_HTTP_TOKEN", "secret",
                    "CONSUL_HTTP_AUTH", "user:pass:word",
                    "CONSUL_NAMESPACE", "team a",
                    "CONSUL_PARTITION", "eu"));
            assertThat(agent.uris).singleElement().hasToString("/v1/status/leader?ns=team%20a&partition=eu");
            Headers headers = agent.headers.getFirst();
            assertThat(headers.getFirst("X-Consul-Token")).isEqualTo("secret");
            assertThat(headers.getFirst("Connection")).isEqualTo("close");
            assertThat(headers.getFirst("Host")).isEqualTo(agent.address());
            assertThat(headers.getFirst("Authorization"))
                    .isEqualTo("Basic "
                            + Base64.getEncoder().encodeToString("user:pass:word".getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void reads_the_token_again_when_its_file_changes() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "first\n");
        try (var agent = new Recorder();
                var connection = connect(Map.of(
                        "CONSUL_HTTP_ADDR", agent.address(),
                        "CONSUL_HTTP_TOKEN", "not-looked-at-beside-a-file",
                        "CONSUL_HTTP_TOKEN_FILE", file.toString()))) {
            var status = connection.consul().statusClient();
            status.getLeader();
            int generation = connection.tokenGeneration();
            replace(file, "second");
            status.getLeader();
            assertThat(connection.tokenGeneration()).isGreaterThan(generation);
            Files.writeString(file, "");
            status.getLeader();
            Files.delete(file);
            status.getLeader();
            Files.writeString(file, "no\u0001token");
            status.getLeader();
            replace(file, "third");
            status.getLeader();
            assertThat(agent.tokens()).containsExactly("first", "second", "second", "second", "second", "third");
        }
    }

    @Test
    void reads_the_token_again_when_consul_refuses_it_though_its_file_looks_unchanged() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "token-1");
        try (var agent = new Recorder("token-1");
                var connection = connect(
                        Map.of("CONSUL_HTTP_ADDR", agent.address(), "CONSUL_HTTP_TOKEN_FILE", file.toString()))) {
            var status = connection.consul().statusClient();
            assertThatThrownBy(status::getLeader).hasMessageContaining("403");
            var modified = Files.getLastModifiedTime(file);
            Files.writeString(file, "token-2");
            Files.setLastModifiedTime(file, modified);
            status.getLeader();
            assertThat(agent.tokens()).containsExactly("token-1", "token-1", "token-2");
        }
    }

    private static void replace(Path file, String token) throws IOException {
        Path next = Files.writeString(file.resolveSibling("next"), token);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /// Answers like an agent that knows its leader, and records what it was asked.
    private static final class Recorder implements AutoCloseable {
        private final HttpServer server;
        final List<URI> uris = new CopyOnWriteArrayList<>();
        final List<Headers> headers = new CopyOnWriteArrayList<>();

        Recorder() throws IOException {
            this("");
        }

        /// @param refused a token that is answered with 403
        Recorder(String refused) throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                uris.add(exchange.getRequestURI());
                headers.add(exchange.getRequestHeaders());
                boolean refuse = refused.equals(exchange.getRequestHeaders().getFirst("X-Consul-Token"));
                byte[] body = (refuse ? "ACL not found" : "\"127.0.0.1:8300\"").getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(refuse ? 403 : 200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
        }

        String address() {
            return "127.0.0.1:" + server.getAddress().getPort();
        }

        List<String> tokens() {
            return headers.stream().map(all -> all.getFirst("X-Consul-Token")).toList();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
