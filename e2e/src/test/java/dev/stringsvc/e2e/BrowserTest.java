package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stringsvc.testkit.Chromium;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real browser's page with an EventSource and a WebSocket, both through the gateway.
class BrowserTest {
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
                var chromium = Chromium.start(profile);
                var _ = chromium.open(gateway.uri("/app/page"))) {
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
}
