package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What clients get if an instance's answer fails. The gateway has 256 MiB.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@Isolated("measures times")
class HostileAnswersTest {
    private static final String CLIENT = "127.0.0.1";
    private static final String ATTACKER = "127.0.0.66";

    private final FaultyInstance hanging = FaultyInstance.start("hanging");
    private final FaultyInstance malformed = FaultyInstance.start("malformed");
    /// Instances that answer one path with 500.
    private final List<FaultyInstance> touchy =
            Stream.of("a", "b", "c").map(FaultyInstance::start).toList();
    private GatewayProcess gateway;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        hanging.behave((path, line) -> line.hang());
        malformed.behave((path, line) -> line.send("HTTP/1.1 200 OK\r\nContent-Length: x\r\nX-Own: 1\r\n\r\n"));
        touchy.forEach(instance -> instance.behave((path, line) ->
                Behaviour.status(path.contains("poison") ? 500 : 200).answer(path, line)));
        String ports = touchy.stream()
                .map(instance -> "\"127.0.0.1:" + instance.port() + '"')
                .collect(Collectors.joining(", "));
        Path file = Files.writeString(folder.resolve("gateway.yaml"), """
            services:
              away: {instances: ["127.0.0.1:%d"]}
              hanging: {instances: ["127.0.0.1:%d"]}
              malformed: {instances: ["127.0.0.1:%d"]}
              stringsvc: {instances: [%s]}
            route-defaults:
              deadline: 500ms
              attempt-timeout: 250ms
            routes:
            %s""".formatted(
                        Ports.free(),
                        hanging.port(),
                        malformed.port(),
                        ports,
                        route("away", "service: away")
                                + route("hanging", "service: hanging")
                                + route("malformed", "service: malformed")
                                + route("touchy", "service: stringsvc")
                                + route("small", "service: away, request-body: 10B")
                                + route("stripped", "service: away, strip-prefix: /stripped")
                                + route("elsewhere", "redirect: {to: /away, status: 307}")
                                + route("teapot", "respond: {status: 418, body: short and stout}")
                                + route("posts", "methods: [POST], service: away")
                                + "- {name: posts-of-one, path: /posts/one, methods: [PUT], service: away,"
                                + " response-headers: {set: {X-Route: posts-of-one}}}\n"));
        gateway = GatewayProcess.start(
                "127.0.0.1:1",
                Map.of("JAVA_TOOL_OPTIONS", "-Xmx256m", "GATEWAY_LAST_GOOD", folder.resolve("last-good.json") + ""),
                "--config",
                file.toString());
    }

    private static String route(String name, String rest) {
        return "- {name: %1$s, path: /%1$s, %2$s, response-headers: {set: {".formatted(name, rest)
                + "Access-Control-Allow-Origin: https://a.example, Strict-Transport-Security: max-age=9, X-Route: "
                + name + ", Content-Type: text/route, Cache-Control: max-age=9}, remove: [X-Own, Date]}}\n";
    }

    @AfterAll
    void stop() {
        gateway.close();
        hanging.close();
        malformed.close();
        touchy.forEach(FaultyInstance::close);
    }

    /// Sends one request on a new connection from an address of this machine.
    private String send(String from, String request, String... fields) throws IOException {
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), gateway.port()));
            String head = request + " HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n" + String.join("\r\n", fields)
                    + (fields.length == 0 ? "\r\n" : "\r\n\r\n");
            socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET /away, 502",
        "GET /malformed, 502",
        "GET /hanging, 504",
        "GET /stripped//x, 400",
        "GET /posts, 405",
        "POST /small, 413"
    })
    void headers_that_a_route_sets_are_on_problems_of_the_gateway_itself(String request, int status) throws Exception {
        assertThat(send(CLIENT, request, request.startsWith("POST") ? "Content-Length: 11" : "X-Other: 1"))
                .startsWith("HTTP/1.1 " + status + " ")
                .containsIgnoringCase("\r\nAccess-Control-Allow-Origin: https://a.example\r\n")
                .containsIgnoringCase("\r\nStrict-Transport-Security: max-age=9\r\n")
                .containsIgnoringCase("\r\nX-Route: " + request.split("/", -1)[1] + "\r\n")
                .as("its body is the gateway's own, and no cache may give it to others")
                .containsIgnoringCase("\r\nContent-Type: application/problem+json\r\n")
                .containsIgnoringCase("\r\nCache-Control: no-store\r\n")
                .containsIgnoringCase("\r\nDate: ")
                .doesNotContain("text/route", "X-Own");
    }

    @Test
    void headers_that_a_route_sets_are_on_the_refusal_of_a_loop() throws Exception {
        assertThat(send(CLIENT, "GET /away", "Via: " + "1.1 a, ".repeat(20) + "1.1 b"))
                .startsWith("HTTP/1.1 508 ")
                .containsIgnoringCase("\r\nX-Route: away\r\n");
    }

    @ParameterizedTest
    @CsvSource({"GET /elsewhere, 307", "GET /teapot, 418"})
    void headers_that_a_route_sets_are_on_its_own_answers(String request, int status) throws Exception {
        assertThat(send(CLIENT, request))
                .startsWith("HTTP/1.1 " + status + " ")
                .containsIgnoringCase("\r\nStrict-Transport-Security: max-age=9\r\n")
                .containsIgnoringCase("\r\nCache-Control: max-age=9\r\n");
    }

    @Test
    void the_most_specific_route_that_fails_by_its_method_alone_sets_the_headers_of_a_405() throws Exception {
        assertThat(send(CLIENT, "GET /posts/one"))
                .startsWith("HTTP/1.1 405 ")
                .containsIgnoringCase("\r\nAllow: PUT, POST\r\n")
                .containsIgnoringCase("\r\nX-Route: posts-of-one\r\n")
                .doesNotContain("max-age=9");
    }

    @Test
    void a_request_without_a_route_gets_no_routes_headers() throws Exception {
        assertThat(send(CLIENT, "GET /nobody"))
                .startsWith("HTTP/1.1 404 ")
                .doesNotContainIgnoringCase("X-Route")
                .doesNotContain("max-age=9");
    }

    /// The only test with these instances, because it ends with their ejection.
    @Test
    void one_client_ejects_no_instance_as_long_as_others_are_served_and_all_once_it_is_alone() throws Exception {
        for (int round = 0; round < 10; round++) {
            for (int n = 0; n < touchy.size(); n++) { // one for each instance, by round robin
                assertThat(send(CLIENT, "GET /touchy/good")).startsWith("HTTP/1.1 200 ");
            }
            for (int n = 0; n < 20; n++) {
                assertThat(send(ATTACKER, "POST /touchy/poison", "Content-Length: 0"))
                        .startsWith("HTTP/1.1 500 ");
            }
        }
        assertThat(gateway.states().values()).hasSize(3).containsOnly("active");
        assertThat(gateway.process().lines()).noneMatch(line -> line.contains("is ejected"));

        await("ejected by the only client that is left")
                .atMost(Cluster.PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    for (int n = 0; n < 15; n++) {
                        send(ATTACKER, "POST /touchy/poison", "Content-Length: 0");
                    }
                    return gateway.states().containsValue("ejected");
                });
    }
}
