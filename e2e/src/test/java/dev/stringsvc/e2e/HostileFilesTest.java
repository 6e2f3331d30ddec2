package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.AppProcess;
import dev.stringsvc.testkit.Ports;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// Malformed or unsafe files, a log that nobody reads, and a client that tries to fill the log. The
/// gateway has 256 MiB.
@Isolated("measures times")
class HostileFilesTest {
    private static final Map<String, String> SMALL = Map.of("JAVA_TOOL_OPTIONS", "-Xmx256m");
    private static final String NO_CONSUL = "127.0.0.1:1";

    @TempDir
    private Path folder;

    private Path gigabyte(String name) throws IOException {
        Path path = folder.resolve(name);
        try (var file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(1L << 30); // uses no disk space: a sparse file
        }
        return path;
    }

    @Test
    void a_malformed_last_good_file_gives_a_warning_and_the_gateway_starts() throws Exception {
        byte[] noise = new byte[10_000];
        new Random(1).nextBytes(noise);
        Path writable = Files.writeString(folder.resolve("writable"), "{\"version\": 1, \"services\": {}}");
        Files.setPosixFilePermissions(writable, PosixFilePermissions.fromString("rw-rw-rw-"));
        for (Path path : List.of(
                Files.write(folder.resolve("noise"), noise),
                gigabyte("gigabyte"),
                Files.createDirectory(folder.resolve("directory")),
                Files.createSymbolicLink(folder.resolve("link"), folder.resolve("noise")),
                writable)) {
            try (var gateway = GatewayProcess.start(NO_CONSUL, SMALL, "--last-good", path.toString())) {
                assertThat(gateway.post("/nothing", "").statusCode()).isEqualTo(404);
                assertThat(gateway.process().lines().stream().filter(line -> line.contains(path.toString())))
                        .singleElement()
                        .asString()
                        .contains("level=warn", "is not used for this start: ");
            }
        }
    }

    @Test
    void a_malformed_configuration_gives_one_line_and_exit_code_2() throws Exception {
        byte[] noise = new byte[10_000];
        new Random(2).nextBytes(noise);
        for (Path path : List.of(
                Files.write(folder.resolve("noise"), noise),
                gigabyte("gigabyte"),
                Files.createDirectory(folder.resolve("directory")),
                Files.writeString(folder.resolve("deep"), "[".repeat(100_000)))) {
            var gateway = AppProcess.java(
                    Cluster.jar("gateway"),
                    List.of("--port", "0", "--admin-port", "0", "--config", path.toString()),
                    SMALL);
            assertThat(gateway.awaitExit(Cluster.PATIENCE)).as(path.toString()).isEqualTo(2);
            assertThat(gateway.lines().stream().filter(line -> !line.startsWith("Picked up")))
                    .singleElement()
                    .asString()
                    .startsWith("gateway: " + path);
        }
    }

    @Test
    void warns_of_a_configuration_that_every_user_may_write() throws Exception {
        Path config = Files.writeString(folder.resolve("gateway.yaml"), "routes: []\n");
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-rw-rw-"));
        try (var gateway = GatewayProcess.start(NO_CONSUL, SMALL, "--config", config.toString())) {
            assertThat(gateway.process().lines())
                    .anySatisfy(line -> assertThat(line).contains("level=warn", "chmod go-w " + config));
        }
    }

    @Test
    void refused_requests_do_not_fill_the_log() throws Exception {
        try (var gateway = GatewayProcess.start(NO_CONSUL, SMALL)) {
            int requests = 20_000;
            pipeline(gateway.port(), "/nothing", requests);
            await().atMost(Cluster.PATIENCE)
                    .untilAsserted(() -> assertThat(gateway.process().lines())
                            .anySatisfy(line -> assertThat(line).contains("access lines left out", "omitted=")));
            assertThat(gateway.process().lines()).hasSizeLessThan(requests / 2);
            await().atMost(Cluster.PATIENCE)
                    .until(() -> gateway.meter("gateway_access_lines_omitted_total") > requests / 2.0);
        }
    }

    @Test
    void a_malformed_host_gives_one_line_in_the_access_log_and_no_other() throws Exception {
        try (var gateway = GatewayProcess.start(NO_CONSUL, SMALL)) {
            for (int i = 0; i < 20; i++) {
                try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
                    socket.getOutputStream()
                            .write("GET / HTTP/1.1\r\nHost: [/a\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                    assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                            .startsWith("HTTP/1.1 400 ");
                }
            }
            gateway.process().awaitLine("status=400");
            assertThat(gateway.process().lines()).noneMatch(line -> line.contains("Bad Authority"));
        }
    }

    private static void pipeline(int port, String path, int requests) throws IOException {
        byte[] request =
                ("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").repeat(100).getBytes(StandardCharsets.ISO_8859_1);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                    // closed
                }
            });
            for (int i = 0; i < requests; i += 100) {
                socket.getOutputStream().write(request);
            }
            socket.shutdownOutput();
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The gateway's output is a pipe that nobody reads, and then a full disk.
    @Test
    void a_log_that_cannot_be_written_delays_no_request() throws Exception {
        Path config = Files.writeString(folder.resolve("all.yaml"), "access-log: {unattempted-per-second: 1000000}\n");
        for (var out : List.of(Redirect.PIPE, Redirect.to(new File("/dev/full")))) {
            int port = Ports.free();
            Path complaints = folder.resolve("complaints-" + port);
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-jar",
                            Cluster.jar("gateway").toString(),
                            "--static=stringsvc=127.0.0.1:1",
                            "--config=" + config,
                            "--port=" + port,
                            "--admin-port=0")
                    .redirectOutput(out)
                    .redirectError(complaints.toFile())
                    .start();
            try {
                String path = "/nothing/" + "x".repeat(4_000);
                await().atMost(Cluster.PATIENCE).ignoreExceptions().until(() -> {
                    pipeline(port, path, 1_000);
                    return Files.readString(complaints).contains("the log cannot be written");
                });
                pipeline(port, path, 1_000);
                assertThat(Files.readAllLines(complaints)).hasSize(1);
                assertThat(process.isAlive()).isTrue();
            } finally {
                process.destroyForcibly();
                assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            }
        }
    }
}
