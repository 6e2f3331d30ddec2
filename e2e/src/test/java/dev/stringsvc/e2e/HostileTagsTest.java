package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stringsvc.testkit.ConsulAgent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// The effects that one registration in Consul can have on other services. The gateway has 256 MiB.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
@Isolated("measures times")
class HostileTagsTest {
    private static final JsonMapper JSON = new JsonMapper();

    private final ConsulAgent consul = ConsulAgent.start();
    private final Map<String, FaultyInstance> instances = new HashMap<>();
    private Path config = Path.of("");
    private Path lastGood = Path.of("");
    private GatewayProcess gateway;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        lastGood = folder.resolve("last-good.json");
        config = Files.writeString(folder.resolve("gateway.yaml"), """
                        consul: {routes: true, last-good: %s}
                        services: {files: {instances: ["127.0.0.1:%d"]}}
                        routes: [{name: files, path: /files, service: files}]
                        """.formatted(
                        lastGood, instance("files").port()));
        gateway = run();
    }

    private GatewayProcess run() {
        return GatewayProcess.start(
                consul.address(), Map.of("JAVA_TOOL_OPTIONS", "-Xmx256m"), "--config", config.toString());
    }

    @AfterAll
    void stop() {
        gateway.close();
        consul.close();
        instances.values().forEach(FaultyInstance::close);
    }

    /// An instance that answers with its name.
    private FaultyInstance instance(String name) {
        return instances.computeIfAbsent(name, id -> {
            FaultyInstance instance = FaultyInstance.start(id);
            instance.behave(
                    (_, line) -> line.send("HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n\r\n" + name));
            return instance;
        });
    }

    private void register(String service, String... tags) {
        consul.register(service + "-1", service, "127.0.0.1", instance(service).port(), tags);
    }

    /// The complete answer, up to the end of the connection.
    private String get(String host, String path) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                            .formatted(path, host)
                            .getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private void awaitAnswer(String path, String name) {
        await(path + " is answered by " + name)
                .atMost(Cluster.PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> get("h.example", path).endsWith("\r\n\r\n" + name));
    }

    private Map<String, String> quarantined() throws Exception {
        Map<String, String> reasons = new HashMap<>();
        JsonNode routes = JSON.readTree(gateway.admin("/routes").body());
        routes.path("tags")
                .path("quarantined")
                .forEach(one -> reasons.put(
                        one.path("service").asText(), one.path("reason").asText()));
        return reasons;
    }

    @Test
    void wrong_tags_of_one_service_do_not_affect_the_others() throws Exception {
        register("deep", "gateway.path=/deep", "gateway.host=a" + ".a".repeat(1_799));
        register("deeper", "urlprefix-a" + ".a".repeat(2_999) + "/deeper");
        register(
                "pairs",
                IntStream.range(0, 800)
                        .boxed()
                        .flatMap(i -> Stream.of("gateway.p" + i + ".path=/pairs/a", "gateway.p" + i + ".path=/pairs/b"))
                        .toArray(String[]::new));
        register("heard", "gateway.path=/heard");
        awaitAnswer("/heard", "heard");
        assertThat(quarantined().get("deep")).startsWith("host: expected a host");
        assertThat(quarantined()).containsKeys("deeper", "pairs");
        assertThat(get("h.example", "/deep")).startsWith("HTTP/1.1 404 ");
        assertThat(gateway.process().lines()).noneMatch(line -> line.contains("StackOverflow"));
    }

    @Test
    void the_first_service_keeps_a_path_and_the_file_comes_before_all() throws Exception {
        register("users", "gateway.path=/users");
        awaitAnswer("/users", "users");
        register("a-evil", "gateway.path=/users");
        register("a-evil-2", "gateway.path=/users", "gateway.methods=GET");
        register("a-evil-3", "gateway.path=/users", "gateway.exact=true");
        register("files", "gateway.path=/aimed", "gateway.rewrite=/admin");
        register("b-evil", "gateway.path=/files", "gateway.host=h.example");
        register("c-evil", "gateway.path=/files/secret");
        register("d-evil", "urlprefix-/moved redirect=301,https://elsewhere.example/");
        register("later", "gateway.path=/later");
        awaitAnswer("/later", "later");
        keepOut();
        await("the owner is kept").atMost(Cluster.PATIENCE).until(() -> {
            String kept = Files.exists(lastGood) ? Files.readString(lastGood) : "";
            return kept.contains("\"claim\" : \"/users\"") && kept.contains("later-1");
        });
        gateway.close();
        gateway = run();
        awaitAnswer("/later", "later");
        await("Consul answered")
                .atMost(Cluster.PATIENCE)
                .until(() -> quarantined().containsKey("a-evil"));
        keepOut();
    }

    private void keepOut() throws Exception {
        assertThat(get("h.example", "/users")).endsWith("\r\n\r\nusers");
        assertThat(get("h.example", "/aimed")).startsWith("HTTP/1.1 404 ");
        assertThat(get("h.example", "/files")).endsWith("\r\n\r\nfiles");
        assertThat(get("h.example", "/files/secret")).endsWith("\r\n\r\nfiles");
        assertThat(get("h.example", "/moved")).startsWith("HTTP/1.1 404 ");
        Map<String, String> reasons = quarantined();
        assertThat(reasons.get("a-evil")).contains("'users@consul'", "claim the same requests");
        assertThat(reasons.get("a-evil-2")).contains("'users' had /users first");
        assertThat(reasons.get("a-evil-3")).contains("'users' had /users first");
        assertThat(reasons.get("files")).contains("the configuration says where");
        assertThat(reasons.get("b-evil")).contains("the file's route 'files'");
        assertThat(reasons.get("c-evil")).contains("the file's route 'files'");
        assertThat(reasons.get("d-evil")).contains("redirects: true");
        assertThat(gateway.process().lines())
                .filteredOn(line -> line.contains("a-evil@consul is quarantined"))
                .hasSize(1);
        assertThat(gateway.process().lines())
                .filteredOn(line -> line.contains("consul.tag-rules limits that"))
                .hasSize(1);
    }

    @Test
    void one_bad_instance_is_left_out_and_logged_and_the_others_are_used() throws Exception {
        register("web", "gateway.path=/web");
        awaitAnswer("/web", "web");
        consul.put("/v1/agent/service/deregister/web-1", "");
        String id = "i".repeat(200_000);
        for (int i = 0; i < 10; i++) {
            inCatalogue(
                    "n" + i,
                    "{\"lan\": \"127.0.0.1\"}",
                    id + i,
                    "127.0.0.1",
                    instance("web").port());
        }
        inCatalogue("bad-1", "{}", "blank", "a b", 80);
        inCatalogue("bad-2", "{}", "portless", "127.0.0.1", 0);
        inCatalogue("bad-3", "{}", "line\\nmsg=forged", "127.0.0.1/x", 80);
        await("ten instances and no others")
                .atMost(Cluster.PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> JSON.readTree(gateway.admin("/upstreams").body()).findValues("id").stream()
                                .filter(one -> one.asText().startsWith("iii"))
                                .count()
                        == 10);
        for (int i = 0; i < 20; i++) {
            assertThat(get("h.example", "/web")).endsWith("\r\n\r\nweb");
        }
        assertThat(gateway.admin("/metrics").body().length()).isLessThan(1 << 20);
        assertThat(gateway.process().lines())
                .anyMatch(line -> line.contains("web: blank is left out, Address: expected"))
                .anyMatch(line -> line.contains("web: portless is left out, Port: expected 1 to 65535, got 0"))
                .anyMatch(line -> line.contains("left out, Address: expected a host name") && line.contains("forged"))
                .noneMatch(line -> line.startsWith("msg=forged"))
                .allMatch(line -> line.length() < 2_000);
    }

    /// Registers an instance in the catalog directly. No agent would accept it, but everybody with
    /// write access to the catalog can do so.
    private void inCatalogue(String node, String taggedAddresses, String id, String address, int port) {
        consul.put("/v1/catalog/register", """
                {"Node": "%s", "Address": "127.0.0.1", "TaggedAddresses": %s,
                 "Service": {"ID": "%s", "Service": "web", "Address": "%s", "Port": %d,
                             "Tags": ["gateway.path=/web"], "TaggedAddresses": {"lan": {"Address": "x", "Port": 1}}}}
                """.formatted(node, taggedAddresses, id, address, port));
    }
}
