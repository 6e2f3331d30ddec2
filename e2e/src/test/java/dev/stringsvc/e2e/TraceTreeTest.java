package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.AppProcess;
import dev.stringsvc.testkit.EtcdServer;
import dev.stringsvc.testkit.TraceCollector;
import dev.stringsvc.testkit.TraceCollector.Seen;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// The spans of one request in all programs are one tree, and their log lines have its ids.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TraceTreeTest {
    private static final Path USERS = Cluster.ROOT.resolve("examples/users/target/users.jar");
    private static final Pattern PORT = Pattern.compile("listening on \\S*:(\\d+)");

    private final TraceCollector collector = TraceCollector.start();
    private final EtcdServer etcd = EtcdServer.start();
    private final Map<String, String> environment = Map.of(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            collector.endpoint(),
            "OTEL_BSP_SCHEDULE_DELAY",
            "20",
            "ETCDCTL_ENDPOINTS",
            etcd.address());
    private final AppProcess stringsvc = AppProcess.java(
            Cluster.jar("stringsvc"), List.of("--port", "0", "--id", "stringsvc-1", "--no-register"), environment);
    private final AppProcess notificator = ofUsers("notificator");
    private final AppProcess users = ofUsers("users");
    private final GatewayProcess gateway;

    TraceTreeTest() throws IOException {
        var flags = new ArrayList<>(List.of(Cluster.config("traces.yaml")));
        flags.addAll(List.of("--static", "stringsvc=127.0.0.1:" + port(stringsvc)));
        gateway = GatewayProcess.start("127.0.0.1:1", environment, flags.toArray(String[]::new));
        port(users);
        port(notificator);
        await().atMost(Cluster.PATIENCE)
                .until(() ->
                        gateway.post("/users/create", "{\"email\": \"first\"}").statusCode() == 200);
    }

    private AppProcess ofUsers(String program) {
        List<String> command =
                new ArrayList<>(AppProcess.command(USERS, List.of("--port", "0", "--host", "127.0.0.1")));
        int jar = command.indexOf("-jar");
        command.set(jar, "-cp");
        command.add(jar + 2, "dev.stringsvc.users." + program + ".Main");
        return AppProcess.start(command, environment);
    }

    private static int port(AppProcess process) {
        Matcher port = PORT.matcher(process.awaitLine("listening on"));
        assertThat(port.find()).isTrue();
        return Integer.parseInt(port.group(1));
    }

    @AfterAll
    void stop() {
        gateway.close();
        users.close();
        notificator.close();
        stringsvc.close();
        etcd.close();
        collector.close();
    }

    @Test
    void through_stringsvc() throws Exception {
        HttpResponse<String> answer = gateway.post("/stringsvc/uppercase", "{\"s\": \"foo\"}");
        assertThat(answer.body()).isEqualTo("{\"v\":\"FOO\"}");
        String ids = ids(answer);
        List<Seen> spans = chain(trace(ids), 3);
        assertThat(spans)
                .extracting(Seen::summary)
                .containsExactly(
                        "gateway SERVER POST /stringsvc", "gateway CLIENT POST", "stringsvc SERVER POST /uppercase");
        assertThat(spans.getLast().resource()).containsEntry("service.instance.id", "stringsvc-1");
        assertThat(stringsvc.awaitLine("method=uppercase")).endsWith(ids);
    }

    @Test
    void through_users_and_notificator() throws Exception {
        HttpResponse<String> answer = gateway.post("/users/create", "{\"email\": \"second\"}");
        assertThat(answer.statusCode()).isEqualTo(200);
        String ids = ids(answer);
        List<Seen> spans = chain(trace(ids), 5);
        assertThat(spans)
                .extracting(Seen::summary)
                .containsExactly(
                        "gateway SERVER POST /users",
                        "gateway CLIENT POST",
                        "users SERVER POST /create",
                        "users CLIENT pb.Notificator/SendEmail",
                        "notificator SERVER pb.Notificator/SendEmail");
        // the gateway and users call an instance by the name that it has in its own spans
        assertThat(spans.get(1).attributes().get("gateway.instance.id"))
                .isEqualTo(spans.get(2).resource().get("service.instance.id"));
        assertThat(spans.get(3).attributes().get("server.address") + ":"
                        + spans.get(3).attributes().get("server.port"))
                .isEqualTo(spans.get(4).resource().get("service.instance.id"));
        assertThat(users.awaitLine("method=create email=second")).endsWith(ids);
        assertThat(users.awaitLine("Email ID: .*" + ids)).endsWith(ids);
        assertThat(notificator.awaitLine("method=SendEmail email=second")).endsWith(ids);
    }

    /// The end of the gateway's log line, with which every line about the call ends.
    private String ids(HttpResponse<String> answer) {
        String id = answer.headers().firstValue("X-Request-Id").orElseThrow();
        String line = gateway.process().awaitLine("request_id=" + id);
        String ids = line.substring(line.indexOf(" request_id="));
        assertThat(ids).matches(" request_id=" + id + " trace_id=[0-9a-f]{32}");
        return ids;
    }

    private static String trace(String ids) {
        return ids.substring(ids.lastIndexOf('=') + 1);
    }

    /// The spans of a trace, each the only child of the one before.
    private List<Seen> chain(String trace, int length) {
        await().atMost(Cluster.PATIENCE).until(() -> of(trace).size() >= length);
        Map<String, Seen> byParent = new HashMap<>();
        of(trace).forEach(span -> assertThat(byParent.put(span.parent(), span)).isNull());
        List<Seen> chain = new ArrayList<>();
        for (Seen next = byParent.get(""); next != null; next = byParent.get(next.id())) {
            chain.add(next);
        }
        assertThat(chain).hasSize(byParent.size());
        return chain;
    }

    private List<Seen> of(String trace) {
        return collector.seen().stream()
                .filter(span -> span.trace().equals(trace))
                .toList();
    }
}
