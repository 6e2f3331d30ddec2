package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// SIGHUP to a gateway that runs as a process.
@Timeout(120)
class ReloadSignalTest {
    @TempDir
    Path folder;

    @Test
    void sighup_reloads_the_file_and_a_bad_file_changes_nothing() throws Exception {
        Path file = Files.writeString(
                folder.resolve("gateway.yaml"), "routes: [{name: one, path: /one, service: a}]\nport: 1\n");
        try (var gateway = GatewayProcess.start(
                "127.0.0.1:1", Map.of(), "--config", file.toString(), "--static", "a=127.0.0.1:1")) {
            gateway.process().hangUp();
            gateway.process().awaitLine("gateway.yaml is loaded: 1 routes; none of them changed");

            Files.writeString(file, "routes: [{name: one, path: one, service: a}]\n");
            gateway.process().hangUp();
            gateway.process().awaitLine("not loaded, .* stands: .*gateway.yaml:1: routes\\[0\\].path: expected");
            assertThat(gateway.admin("/routes").body()).contains("\"/one\"", "\"refused\"");

            Files.writeString(file, """
                    routes: [{name: two, path: /two, service: a}]
                    services: {a: {instances: ["127.0.0.1:2"]}}
                    port: 2
                    limits: {in-flight: 7}
                    """);
            gateway.process().hangUp();
            gateway.process().awaitLine("is loaded: 1 routes; added: two; removed: one\"");
            // the port and the instances come from flags
            gateway.process().awaitLine("msg=\"limits.in-flight: changed in .*; takes effect at the next start");
            assertThat(gateway.admin("/upstreams").body()).contains("\"127.0.0.1:1\"");
            assertThat(gateway.admin("/routes").body()).contains("\"/two\"").doesNotContain("refused", "/one");
        }
    }
}
