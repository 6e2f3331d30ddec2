package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stringsvc.testkit.AppProcess;
import dev.stringsvc.testkit.ConsulAgent;
import dev.stringsvc.testkit.ConsulCertificates;
import dev.stringsvc.testkit.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Both programs and a Consul agent with TLS in both directions and ACLs that deny by default.
class SecuredConsulTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String ACL = "acl { enabled = true, default_policy = \"deny\" }";
    private static final String SERVICE = "service \\\"stringsvc\\\" { policy = \\\"write\\\" }";
    private static final String GATEWAY =
            "service_prefix \\\"\\\" { policy = \\\"read\\\" } node_prefix \\\"\\\" { policy = \\\"read\\\" }";

    @TempDir
    Path folder;

    private record Token(String id, String secret) {}

    /// Waits until the agent has enabled ACLs, then creates the agent's token and the policies.
    private static void bootstrap(ConsulAgent consul) throws IOException {
        String answer = await().atMost(Cluster.PATIENCE)
                .ignoreExceptions()
                .until(() -> consul.put("/v1/acl/bootstrap", ""), text -> !text.isEmpty());
        String master = JSON.readTree(answer).path("SecretID").textValue();
        consul.useToken(master);
        consul.put("/v1/agent/token/agent", "{\"Token\": \"" + master + "\"}");
        consul.put("/v1/acl/policy", "{\"Name\": \"service\", \"Rules\": \"" + SERVICE + "\"}");
        consul.put("/v1/acl/policy", "{\"Name\": \"gateway\", \"Rules\": \"" + GATEWAY + "\"}");
    }

    private static Token create(ConsulAgent consul, String policy) throws IOException {
        JsonNode answer =
                JSON.readTree(consul.put("/v1/acl/token", "{\"Policies\": [{\"Name\": \"" + policy + "\"}]}"));
        return new Token(
                answer.path("AccessorID").textValue(), answer.path("SecretID").textValue());
    }

    private Path write(String name, Token token) throws IOException {
        Path next = Files.writeString(folder.resolve("next"), token.secret() + "\n");
        return Files.move(next, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static AppProcess stringsvc(String id, Map<String, String> env) {
        return AppProcess.java(
                Cluster.jar("stringsvc"), List.of("--port", "0", "--id", id, "--advertise", "127.0.0.1"), env);
    }

    private static Map<String, String> with(Map<String, String> env, Path tokenFile) {
        Map<String, String> all = new HashMap<>(env);
        all.put("CONSUL_HTTP_TOKEN_FILE", tokenFile.toString());
        return all;
    }

    @Test
    void tokens_rotated_under_load_fail_no_request() throws Exception {
        var certificates = ConsulCertificates.in(folder);
        int port = Ports.free();
        var env = Map.of(
                "CONSUL_HTTP_ADDR", "https://127.0.0.1:" + port,
                "CONSUL_CACERT", certificates.authority().toString(),
                "CONSUL_CLIENT_CERT", certificates.client().toString(),
                "CONSUL_CLIENT_KEY", certificates.clientKey().toString());
        try (var consul = ConsulAgent.start(certificates.hcl(port), "verify_incoming_https = true", ACL)) {
            bootstrap(consul);
            Token service = create(consul, "service");
            Token reader = create(consul, "gateway");
            var ofService = with(env, write("service-token", service));
            var ofGateway = with(env, write("gateway-token", reader));
            try (var one = stringsvc("stringsvc-1", ofService);
                    var two = stringsvc("stringsvc-2", ofService);
                    var gateway = GatewayProcess.start("https://127.0.0.1:" + port, ofGateway, Cluster.patient())) {
                gateway.awaitActive(List.of("stringsvc-1", "stringsvc-2"));
                try (var load = Load.on(4, gateway, Call.NOTIFICATOR)) {
                    load.awaitMore(100);
                    write("service-token", create(consul, "service"));
                    write("gateway-token", create(consul, "gateway"));
                    one.awaitLine("token has changed: registered again");
                    two.awaitLine("token has changed: registered again");
                    consul.delete("/v1/acl/token/" + service.id());
                    consul.delete("/v1/acl/token/" + reader.id());
                    load.awaitMore(100);
                    try (var three = stringsvc("stringsvc-3", ofService)) {
                        gateway.awaitActive(List.of("stringsvc-1", "stringsvc-2", "stringsvc-3"));
                        one.terminate();
                        assertThat(one.awaitExit(Cluster.PATIENCE)).isZero();
                        gateway.awaitActive(List.of("stringsvc-2", "stringsvc-3"));
                        load.awaitMore(100).stop();
                        assertThat(load.failures()).isEmpty();
                        assertThat(three.lines()).noneMatch(line -> line.contains("level=warn logger=Registrar"));
                    }
                }
                gateway.process().awaitLine("holds another token");
                assertThat(one.lines()).anyMatch(line -> line.contains("deregistered stringsvc-1"));
                assertThat(List.of(one.lines(), two.lines(), gateway.process().lines())
                                .toString())
                        .doesNotContain(service.secret(), reader.secret());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "stringsvc"})
    void a_variable_that_cannot_be_used_is_refused_by_name(String module) {
        try (var program =
                AppProcess.java(Cluster.jar(module), List.of("--port", "0"), Map.of("CONSUL_HTTP_SSL", "yes"))) {
            assertThat(program.awaitExit(Duration.ofSeconds(30))).isEqualTo(2);
            assertThat(program.lines())
                    .singleElement()
                    .asString()
                    .startsWith(module + ": CONSUL_HTTP_SSL: expected true or false, got \"yes\"");
        }
    }
}
