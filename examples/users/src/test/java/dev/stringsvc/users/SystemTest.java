package dev.stringsvc.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.AppProcess;
import dev.stringsvc.testkit.EtcdServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// All programs as a user starts them, in processes of their own.
@Timeout(120)
class SystemTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int CALLERS = 4;

    private static AppProcess run(String program, EtcdServer etcd, String... args) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.stringsvc.users." + program + ".Main",
                "--port",
                "0",
                "--lease",
                "2s",
                "--grace",
                "300ms"));
        command.addAll(List.of(args));
        return AppProcess.start(command, Map.of("ETCDCTL_ENDPOINTS", etcd.address()));
    }

    private static int port(AppProcess process) {
        String line = process.awaitLine("listening on");
        return Integer.parseInt(line.replaceFirst(".*:([0-9]+)\".*", "$1"));
    }

    private static int create(int port) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/create"))
                .POST(BodyPublishers.ofString("{\"email\":\"test\"}"))
                .build();
        try {
            return HTTP.send(request, BodyHandlers.ofString()).statusCode();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static long emails(AppProcess notificator) {
        return notificator.lines().stream()
                .filter(line -> line.contains("method=SendEmail email=test"))
                .count();
    }

    @Test
    void no_create_is_lost_when_notificators_are_killed_stopped_and_added() {
        try (var etcd = EtcdServer.start()) {
            etcd.kill();
            try (var users = run("users", etcd);
                    var first = run("notificator", etcd);
                    var second = run("notificator", etcd)) {
                int port = port(users);
                assertThat(create(port)).isEqualTo(503);
                etcd.restart();
                await().atMost(PATIENCE).until(() -> etcd.keys().size() == 3);
                await().atMost(PATIENCE).until(() -> create(port) == 200);
                assertThat(users.awaitLine("Email ID: ")).containsPattern("Email ID: [0-9a-f-]{36}");
                // in turn
                await().atMost(PATIENCE).until(() -> create(port) == 200 && emails(first) > 0 && emails(second) > 0);

                var others = new CopyOnWriteArrayList<Integer>();
                var over = new AtomicBoolean();
                var callers = Stream.generate(() -> CompletableFuture.runAsync(() -> {
                            while (!over.get()) {
                                int status = create(port);
                                if (status != 200) {
                                    others.add(status);
                                }
                            }
                        }))
                        .limit(CALLERS)
                        .toArray(CompletableFuture<?>[]::new);
                first.kill();
                // gone by itself, when its lease ends
                await().atMost(PATIENCE).until(() -> etcd.keys().size() == 2);
                try (var third = run("notificator", etcd)) {
                    await().atMost(PATIENCE).until(() -> emails(third) > 100);
                    second.terminate();
                    assertThat(second.awaitExit(PATIENCE)).isZero();
                    assertThat(second.lines()).last().asString().contains("every call was answered");
                    assertThat(etcd.keys()).hasSize(2);
                    over.set(true);
                    CompletableFuture.allOf(callers).join();
                    assertThat(others)
                            .as(() -> String.join(
                                    "\n",
                                    users.lines().stream()
                                            .filter(line ->
                                                    line.contains("method=create") && !line.contains("err=null"))
                                            .toList()))
                            .isEmpty();
                }
                await().atMost(PATIENCE).until(() -> create(port) == 503);
                users.terminate();
                assertThat(users.awaitExit(PATIENCE)).isZero();
                assertThat(etcd.keys()).noneMatch(key -> key.startsWith("/services/users/"));
            }
        }
    }

    @Test
    void a_wrong_setting_gives_one_line_and_exit_code_2() {
        try (var etcd = EtcdServer.start();
                var process = run("users", etcd, "--prefix", "services")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(process.lines())
                    .filteredOn(line -> !line.startsWith("WARNING:"))
                    .containsExactly("users: --prefix: expected a text that begins and ends with / (see users --help)");
        }
    }
}
