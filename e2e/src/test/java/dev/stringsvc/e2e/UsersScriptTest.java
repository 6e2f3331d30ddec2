package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.AppProcess;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

/// Runs `make users` through the script that it calls.
@Timeout(180)
@ResourceLock("the ports from which the launcher looks for free ones")
class UsersScriptTest {
    private static HttpResponse<String> post(RunScript run, String path, String json) throws Exception {
        var request = HttpRequest.newBuilder(run.uri(path))
                .POST(BodyPublishers.ofString(json))
                .build();
        return run.http().send(request, BodyHandlers.ofString());
    }

    @Test
    void both_ways_through_the_gateway_lead_to_the_notificators_in_turn_also_after_one_is_killed() throws Exception {
        try (var run = RunScript.start("users")) {
            AppProcess output = run.process();
            String user = "{\"email\": \"test\"}";
            await().atMost(Cluster.PATIENCE)
                    .until(() -> post(run, "/users/create", user).statusCode() == 200);
            assertThat(post(run, "/users/create", user).body()).isEqualTo("{\"e0\":null}");
            output.awaitLine("^notificator-1 +\\| .*method=SendEmail email=test content=\"Hi! Thank");
            output.awaitLine("^notificator-2 +\\| .*method=SendEmail email=test content=\"Hi! Thank");
            output.awaitLine("^users +\\| .*Email ID: ");

            HttpResponse<String> sent = post(run, "/notificator/send", "{\"email\":\"test\",\"content\":\"Hi\"}");
            assertThat(sent.body()).matches("\\{\\s*\"id\":\\s*\"[0-9a-f-]{36}\"\\s*}");
            output.awaitLine("^notificator-. +\\| .*method=SendEmail email=test content=Hi ");

            run.kill("notificator-1");
            for (int i = 0; i < 20; i++) {
                assertThat(post(run, "/users/create", user).statusCode()).isEqualTo(200);
            }
            output.terminate();
            assertThat(output.awaitExit(Cluster.PATIENCE)).isZero();
            assertThat(output.lines())
                    .anyMatch(line -> line.matches("users +\\| exited with code 0"))
                    .last()
                    .asString()
                    .matches("etcd +\\| stopped");
        }
    }
}
