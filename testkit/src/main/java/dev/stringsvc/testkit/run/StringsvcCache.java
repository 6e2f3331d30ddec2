package dev.stringsvc.testkit.run;

import com.sun.net.httpserver.HttpServer;
import dev.stringsvc.testkit.AppProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Makes `stringsvc/target/stringsvc.aot`, an AOT cache: with it the same JVM starts the same jar in
/// half the time (JEP 483, 514 and 515).
///
/// For this, an instance of stringsvc runs once: it warms up, registers at a server that answers like
/// Consul, and stops.
final class StringsvcCache {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private StringsvcCache() {}

    static void main() throws IOException {
        HttpServer consul = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        consul.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        consul.start();
        var command = new ArrayList<>(AppProcess.command(
                Program.jar("stringsvc"),
                List.of("--port", "0", "--id", "trained", "--advertise", "127.0.0.1", "--grace", "0s")));
        command.add(1, "-XX:AOTCacheOutput=" + Program.cache("stringsvc"));
        var env = Map.of("CONSUL_HTTP_ADDR", "127.0.0.1:" + consul.getAddress().getPort());
        try (var app = AppProcess.start(command, env)) {
            app.awaitLine(line -> line.contains("registered in Consul"), PATIENCE);
            app.terminate();
            if (app.awaitExit(PATIENCE) != 0) {
                throw new IllegalStateException(String.join("\n", app.lines()));
            }
        } finally {
            consul.stop(0);
        }
    }
}
