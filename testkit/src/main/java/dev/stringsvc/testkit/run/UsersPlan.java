package dev.stringsvc.testkit.run;

import dev.stringsvc.testkit.Ports;
import dev.stringsvc.testkit.run.Plan.Service;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The example `examples/users` on etcd: users over HTTP, and replicas of notificator over gRPC.
final class UsersPlan {
    static final int REPLICAS = 2;

    private static final int FIRST_PORT = 8082;
    private static final Path FOLDER = Path.of("examples", "users");

    private UsersPlan() {}

    static Plan of(Settings settings) {
        var services = new ArrayList<Service>();
        for (int n = 1; n <= settings.replicas(); n++) {
            services.add(service("notificator-" + n, "dev.stringsvc.users.notificator.Main"));
        }
        services.add(service("users", "dev.stringsvc.users.users.Main"));
        var gateway = new ArrayList<>(settings.gatewayPorts());
        gateway.addAll(List.of("--config", FOLDER.resolve("gateway.yaml").toString()));
        String url = "http://localhost:" + settings.port();
        return new Plan(
                Optional.of(new Registry.Etcd()),
                services,
                Program.java("gateway", "gateway", settings.port(), gateway),
                settings.adminPort(),
                Optional.empty(),
                List.of(
                        "curl -XPOST " + url + "/users/create -d '{\"email\": \"test\"}'",
                        "curl " + url + "/notificator/send -d '{\"email\": \"test\", \"content\": \"Hi\"}'",
                        "curl -s http://localhost:" + settings.adminPort() + "/upstreams"));
    }

    private static Service service(String name, String mainClass) {
        int port = Ports.freeFrom(FIRST_PORT);
        var args = List.of("--port", Integer.toString(port), "--host", "127.0.0.1");
        Path jar = FOLDER.resolve("target").resolve("users.jar");
        return new Service("127.0.0.1:" + port, Program.java(name, jar, mainClass, port, args));
    }
}
