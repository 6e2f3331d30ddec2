package dev.stringsvc.testkit.run;

import dev.stringsvc.testkit.Ports;
import dev.stringsvc.testkit.run.Plan.Service;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Runs `make run`: some replicas of the string service, and the gateway with its built-in routes in
/// front of them.
final class Main {
    private static final int FIRST_PORT = 8001;

    private Main() {}

    static void main() {
        try {
            var settings = Settings.of(System.getenv());
            var plan = plan(settings);
            var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
            boolean colours = System.getenv().getOrDefault("NO_COLOR", "").isEmpty();
            new Launcher(new Console(out, colours, plan.names()), System.getenv()).run(plan, settings.consul());
            System.exit(0);
        } catch (RunFailure e) {
            System.err.println("run: " + e.getMessage());
            System.exit(1);
        }
    }

    private static Plan plan(Settings settings) {
        var services = IntStream.rangeClosed(1, settings.replicas())
                .mapToObj(n -> stringsvc(n, settings))
                .toList();
        var gateway = Program.java("gateway", "gateway", settings.port(), settings.gatewayPorts());
        String api = "http://127.0.0.1:" + settings.port() + "/stringsvc/";
        return new Plan(
                services,
                gateway,
                settings.adminPort(),
                List.of(
                        "curl -s " + api + "uppercase -d '{\"s\": \"hello\"}'",
                        "curl -s " + api + "count -d '{\"s\": \"hello\"}'",
                        "curl -s http://127.0.0.1:" + settings.adminPort() + "/upstreams"));
    }

    private static Service stringsvc(int n, Settings settings) {
        int port = Ports.freeFrom(FIRST_PORT);
        String id = settings.idPrefix("stringsvc") + "-" + n;
        var args = new ArrayList<>(List.of("--port", Integer.toString(port), "--id", id));
        if (settings.isConsulLocal()) {
            // only an agent on this machine can reach this address; for another, each instance finds its own
            args.addAll(List.of("--advertise", "127.0.0.1"));
        }
        return new Service(id, Program.java("stringsvc-" + n, "stringsvc", port, args));
    }
}
