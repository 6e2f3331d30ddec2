package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.AppProcess;
import dev.stringsvc.testkit.Ports;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Runs `make users` through the script that it calls.
@Timeout(180)
class UsersScriptTest {
    private static final Pattern PID = Pattern.compile("^run: (\\S+): pid (\\d+)");

    private final int port = Ports.free();

    private HttpResponse<String> post(HttpClient http, String path, String json) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .POST(BodyPublishers.ofString(json))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private static long pid(AppProcess run, String name) {
        return run.lines().stream()
                .flatMap(line -> PID.matcher(line).results())
                .filter(match -> match.group(1).equals(name))
                .mapToLong(match -> Long.parseLong(match.group(2)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void both_ways_through_the_gateway_lead_to_the_notificators_in_turn_also_after_one_is_killed() throws Exception {
        var env = Map.of("PORT", Integer.toString(port), "ADMIN_PORT", Integer.toString(Ports.free()), "BUILD", "no");
        var command = List.of("bash", Cluster.ROOT.resolve("scripts/run").toString(), "users");
        try (var run = AppProcess.start(command, env);
                var http = HttpClient.newHttpClient()) {
            run.awaitLine(line -> line.contains("run: ready in"), Cluster.PATIENCE);
            String user = "{\"email\": \"test\"}";
            await().atMost(Cluster.PATIENCE)
                    .until(() -> post(http, "/users/create", user).statusCode() == 200);
            assertThat(post(http, "/users/create", user).body()).isEqualTo("{\"e0\":null}");
            run.awaitLine("^notificator-1 +\\| .*method=SendEmail email=test content=\"Hi! Thank");
            run.awaitLine("^notificator-2 +\\| .*method=SendEmail email=test content=\"Hi! Thank");
            run.awaitLine("^users +\\| .*Email ID: ");

            HttpResponse<String> sent = post(http, "/notificator/send", "{\"email\":\"test\",\"content\":\"Hi\"}");
            assertThat(sent.body()).matches("\\{\\s*\"id\":\\s*\"[0-9a-f-]{36}\"\\s*}");
            run.awaitLine("^notificator-. +\\| .*method=SendEmail email=test content=Hi ");

            ProcessHandle.of(pid(run, "notificator-1")).orElseThrow().destroyForcibly();
            for (int i = 0; i < 20; i++) {
                assertThat(post(http, "/users/create", user).statusCode()).isEqualTo(200);
            }
            run.terminate();
            assertThat(run.awaitExit(Cluster.PATIENCE)).isZero();
            assertThat(run.lines())
                    .anyMatch(line -> line.matches("users +\\| exited with code 0"))
                    .last()
                    .asString()
                    .matches("etcd +\\| stopped");
        }
    }
}
