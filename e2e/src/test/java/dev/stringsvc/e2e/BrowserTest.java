package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stringsvc.testkit.AppProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real browser's page with an EventSource and a WebSocket, both through the gateway.
class BrowserTest {
    private static final List<String> QUIET = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--remote-debugging-port=0"); // without it the browser would exit as soon as the page is loaded

    @TempDir
    private Path profile;

    @Test
    void page_gets_its_events_and_talks_over_its_websocket() throws Exception {
        Path page = Cluster.ROOT.resolve("e2e/src/test/resources/browser.html");
        try (var instance = new BrowserInstance(page);
                var gateway = GatewayProcess.start(
                        "127.0.0.1:1",
                        Map.of("GATEWAY_STATIC", "app=" + instance.address()),
                        Cluster.config("browser.yaml"));
                var _ = browser(gateway.uri("/app/page").toString())) {
            JsonNode found = new JsonMapper().readTree(instance.findings());
            assertThat(found.path("events"))
                    .extracting(JsonNode::asText)
                    .containsExactly("1=event 1", "2=event 2", "3=event 3");
            assertThat(found.path("protocol").asText()).isEqualTo("v2");
            assertThat(found.path("messages")).extracting(JsonNode::asText).containsExactly("grüße", "70000");
            assertThat(found.path("close").asText()).isEqualTo("4001 enough true");
            gateway.process().awaitLine("path=/app/echo status=101 ");
        }
    }

    private AppProcess browser(String url) throws IOException, InterruptedException {
        return AppProcess.start(
                Stream.of(List.of(chromium()), QUIET, List.of("--user-data-dir=" + profile, url))
                        .flatMap(List::stream)
                        .toList(),
                Map.of());
    }

    /// The browser that `scripts/chromium` finds, or fetches.
    private static String chromium() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "bash", Cluster.ROOT.resolve("scripts/chromium").toString())
                .start();
        String path = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as("no browser to test with: " + said).isZero();
        return path;
    }
}
