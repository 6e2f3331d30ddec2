package dev.stringsvc.testkit.run;

import dev.stringsvc.testkit.Ports;
import dev.stringsvc.testkit.run.Plan.Service;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The example `examples/hotels` on Consul: replicas of each of its five roles. Their tags tell the
/// gateway its routes.
final class HotelsPlan {
    static final int REPLICAS = 2;

    private static final int FIRST_PORT = 8090;
    private static final Path FOLDER = Path.of("examples", "hotels");

    /// The gateway has no route to these two.
    private static final List<String> HIDDEN = List.of("geo", "search");

    private static final List<String> ROUTED = List.of("rate", "profile", "frontend");

    private HotelsPlan() {}

    static Plan of(Settings settings) {
        var services = new ArrayList<Service>();
        for (int n = 1; n <= settings.replicas(); n++) {
            for (String role : HIDDEN) {
                services.add(new Service("", program(role, n, settings)));
            }
            for (String role : ROUTED) {
                services.add(new Service("\"id\":\"" + id(role, n, settings) + '"', program(role, n, settings)));
            }
        }
        var gateway = new ArrayList<>(settings.gatewayPorts());
        gateway.addAll(List.of("--config", FOLDER.resolve("gateway.yaml").toString()));
        String url = "http://localhost:" + settings.port();
        String dates = "inDate=2015-04-09&outDate=2015-04-10";
        return new Plan(
                settings.consul().isPresent() ? Optional.empty() : Optional.of(new Registry.Consul()),
                services,
                Program.java("gateway", "gateway", settings.port(), gateway),
                settings.adminPort(),
                Optional.of("/hotels?" + dates),
                List.of(
                        "the map: " + url + "/    the gateway's page: http://localhost:" + settings.adminPort() + "/",
                        "curl '" + url + "/hotels?" + dates + "'",
                        "curl '" + url + "/api/rate/plans?hotelIds=5&" + dates + "'",
                        "curl '" + url + "/api/profile/hotels?hotelIds=5&locale=de'"));
    }

    private static String id(String role, int n, Settings settings) {
        return settings.idPrefix(role) + "-" + n;
    }

    private static Program program(String role, int n, Settings settings) {
        int port = Ports.freeFrom(FIRST_PORT);
        var args = new ArrayList<>(List.of(role, "--port", Integer.toString(port), "--id", id(role, n, settings)));
        if (settings.isConsulLocal()) {
            // only an agent on this machine can reach this address; for another, each instance finds its own
            args.addAll(List.of("--host", "127.0.0.1"));
        }
        return Program.java(role + "-" + n, FOLDER.resolve("target").resolve("hotels.jar"), port, args);
    }
}
