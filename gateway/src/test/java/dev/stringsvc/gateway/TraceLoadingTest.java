package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which classes a gateway in a process of its own loads until it has answered a request.
class TraceLoadingTest {
    private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");
    private static final String LIBRARY = " io.opentelemetry.";

    @TempDir
    private Path folder;

    /// The classes that the process has loaded, as the JVM lists them.
    private List<String> loaded(String endpoint) throws Exception {
        Path classes = folder.resolve("classes");
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load:file=" + classes,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.stringsvc.gateway.Main",
                        "--host=127.0.0.1",
                        "--port=0",
                        "--admin-port=0",
                        "--grace=0s",
                        "--static=stringsvc=127.0.0.1:1")
                .redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("OTEL_") || name.startsWith("GATEWAY_"));
        if (!endpoint.isEmpty()) {
            builder.environment().put("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
        }
        Process process = builder.start();
        try (BufferedReader out = process.inputReader()) {
            List<String> lines = new ArrayList<>();
            read(out, lines, LISTENING);
            Matcher port = LISTENING.matcher(lines.getLast());
            assertThat(port.find()).isTrue();
            try (var client = new RawClient(Integer.parseInt(port.group(1)))) {
                client.send("POST /stringsvc/count HTTP/1.1\r\nHost: gw\r\nContent-Length: 0\r\n\r\n");
                assertThat(client.read().status()).isEqualTo(502);
            }
            read(out, lines, Pattern.compile("path=/stringsvc/count"));
            return Files.readAllLines(classes);
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void read(BufferedReader out, List<String> into, Pattern last) throws IOException {
        do {
            String line = out.readLine();
            if (line == null) {
                throw new AssertionError("the gateway ended: " + into);
            }
            into.add(line);
        } while (!last.matcher(into.getLast()).find());
    }

    @Test
    void without_an_endpoint_nothing_of_the_library_is_loaded() throws Exception {
        assertThat(loaded(""))
                .isNotEmpty()
                .noneMatch(line -> line.contains(LIBRARY)
                        || line.contains("telemetry.trace.")
                        || line.contains(" io.micrometer.registry.otlp."));
    }

    @Test
    void with_an_endpoint_in_the_environment_the_library_is_loaded() throws Exception {
        assertThat(loaded("http://127.0.0.1:1")).anyMatch(line -> line.contains(LIBRARY));
    }
}
