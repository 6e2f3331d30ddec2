package dev.stringsvc.testkit.run;

import dev.stringsvc.testkit.Ports;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The settings in the environment: `REPLICAS`, `PORT`, `ADMIN_PORT`, `CONSUL_HTTP_ADDR`.
///
/// @param consul a Consul that already runs; empty to start one
record Settings(int replicas, int port, int adminPort, Optional<GivenConsul> consul) {
    private static final int MOST_REPLICAS = 50;
    private static final int LAST_PORT = 65_535;

    /// @param defaultReplicas if the environment says nothing
    /// @throws RunFailure if a value is wrong, a port is taken, or Consul does not answer
    static Settings of(Map<String, String> environment, int defaultReplicas) {
        int replicas = whole(environment, "REPLICAS", defaultReplicas, MOST_REPLICAS);
        int port = whole(environment, "PORT", 8080, LAST_PORT);
        int adminPort = whole(environment, "ADMIN_PORT", 8081, LAST_PORT);
        if (port == adminPort) {
            throw new RunFailure("PORT and ADMIN_PORT are both " + port);
        }
        claim("PORT", port);
        claim("ADMIN_PORT", adminPort);
        var consul = Optional.ofNullable(environment.get("CONSUL_HTTP_ADDR"))
                .filter(address -> !address.isBlank())
                .map(GivenConsul::new);
        consul.ifPresent(GivenConsul::check);
        return new Settings(replicas, port, adminPort, consul);
    }

    /// The gateway's arguments.
    List<String> gatewayPorts() {
        return List.of("--port", Integer.toString(port), "--admin-port", Integer.toString(adminPort));
    }

    /// True if Consul runs on this machine.
    boolean isConsulLocal() {
        return consul.map(GivenConsul::isLocal).orElse(true);
    }

    /// The beginning of the ids of a service's instances. Other machines may use the same Consul. So
    /// unless Consul runs on this machine, the ids include this machine's name.
    String idPrefix(String service) {
        return isConsulLocal() ? service : service + "-" + GivenConsul.machine();
    }

    private static int whole(Map<String, String> environment, String name, int otherwise, int most) {
        String text = environment.getOrDefault(name, "");
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.matches("[1-9][0-9]{0,4}") || Integer.parseInt(text) > most) {
            throw new RunFailure("%s=%s is not a whole number from 1 to %d".formatted(name, text, most));
        }
        return Integer.parseInt(text);
    }

    private static void claim(String name, int port) {
        if (!Ports.claim(port)) {
            int other = port + 1_000 <= LAST_PORT ? port + 1_000 : port - 1_000;
            throw new RunFailure(
                    "port %d is taken by another program; choose another, such as %s=%d".formatted(port, name, other));
        }
    }
}
