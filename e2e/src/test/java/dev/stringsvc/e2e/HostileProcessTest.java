package dev.stringsvc.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/// A gateway that cannot work properly ends. Otherwise it would keep its clients, and `/readyz` would
/// still answer 200.
@Timeout(90)
@Isolated("measures times")
class HostileProcessTest {
    private static final int CLIENTS = 1_200;
    /// As large as the part of a body that is kept for retries by default.
    private static final int BODY = 60_000;

    private static final byte[] REQUEST = ("POST /stringsvc/uppercase HTTP/1.1\r\nHost: gw\r\nContent-Length: "
                    + BODY
                    + "\r\n\r\n"
                    + "x".repeat(BODY))
            .getBytes(ISO_8859_1);

    @Test
    void out_of_memory_ends_the_process() throws Exception {
        List<Socket> clients = new ArrayList<>();
        try (var instance = FaultyInstance.start("hangs");
                // on purpose, more clients than fit into 32 MiB
                var gateway = GatewayProcess.start(
                        "127.0.0.1:1",
                        Map.of(
                                "GATEWAY_STATIC",
                                "stringsvc=127.0.0.1:" + instance.port(),
                                "JAVA_TOOL_OPTIONS",
                                "-Xmx32m"),
                        Cluster.config("hostile-process.yaml"))) {
            instance.behave(Behaviour.hang());
            send(clients, gateway);
            assertThat(gateway.process().awaitExit(Cluster.PATIENCE)).isEqualTo(3);
            assertThat(gateway.process().lines()).anyMatch(line -> line.contains("java.lang.OutOfMemoryError"));
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    private static void send(List<Socket> clients, GatewayProcess gateway) {
        try {
            for (int i = 0; i < CLIENTS; i++) {
                var client = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
                clients.add(client);
                client.getOutputStream().write(REQUEST);
            }
        } catch (IOException e) {
            // the gateway has ended already
        }
    }
}
