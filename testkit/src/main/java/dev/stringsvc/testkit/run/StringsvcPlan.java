package dev.stringsvc.testkit.run;

import dev.stringsvc.testkit.Ports;
import dev.stringsvc.testkit.run.Plan.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Replicas of the string service on Consul, and the gateway with its built-in routes.
final class StringsvcPlan {
    static final int REPLICAS = 3;

    private static final int FIRST_PORT = 8001;

    private StringsvcPlan() {}

    static Plan of(Settings settings) {
        var services = IntStream.rangeClosed(1, settings.replicas())
                .mapToObj(n -> stringsvc(n, settings))
                .toList();
        String api = "http://127.0.0.1:" + settings.port() + "/stringsvc/";
        return new Plan(
                settings.consul().isPresent() ? Optional.empty() : Optional.of(new Registry.Consul()),
                services,
                Program.java("gateway", "gateway", settings.port(), settings.gatewayPorts()),
                settings.adminPort(),
                Optional.empty(),
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
        return new Service("\"id\":\"" + id + "\"", Program.java("stringsvc-" + n, "stringsvc", port, args));
    }
}
