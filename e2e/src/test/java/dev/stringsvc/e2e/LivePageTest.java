package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stringsvc.testkit.Axe;
import dev.stringsvc.testkit.Chromium;
import dev.stringsvc.testkit.Health;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The live page in a real browser, in front of a real Consul and instances that fail on request.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LivePageTest {
    private static final JsonMapper JSON = new JsonMapper();
    /// In the query of requests, which nothing may keep or show.
    private static final String SECRET = "hunter2";

    private final Cluster cluster = new Cluster(0, Cluster.config("brisk.yaml"));
    private final Fleet fleet = new Fleet(cluster);

    @TempDir
    private Path profile;

    @AfterAll
    void stop() {
        fleet.close();
        cluster.close();
    }

    /// What the page's row says of an instance, in one line.
    private static String row(String id) {
        return "[...document.querySelectorAll('#services tbody tr')].find(row => row.dataset.instance === '%s')"
                        .formatted(id)
                + "?.innerText ?? ''";
    }

    private static void awaitRow(Chromium.Page page, String id, String... texts) {
        for (String text : texts) {
            page.await("(" + row(id) + ").includes('" + text + "')");
        }
    }

    private static void awaitEvent(Chromium.Page page, String kind, String id) {
        page.await(
                "[...document.querySelectorAll('#events li')].some(one => one.textContent.includes('%s') && one.textContent.includes('%s'))"
                        .formatted(kind, id));
    }

    private Chromium.Page open(Chromium browser) throws IOException, InterruptedException {
        Chromium.Page page =
                browser.open(URI.create("http://127.0.0.1:" + cluster.gateway().adminPort() + "/"));
        page.await("document.getElementById('connection').textContent === 'live'");
        return page;
    }

    @Test
    void shows_instances_that_come_fail_return_and_leave_and_agrees_with_the_meters() throws Exception {
        List<FaultyInstance> instances = fleet.fresh(3);
        try (var browser = Chromium.start(profile);
                Chromium.Page page = open(browser)) {
            for (FaultyInstance instance : instances) {
                awaitRow(page, instance.id(), "healthy", "active");
            }
            FaultyInstance added = fleet.add();
            awaitRow(page, added.id(), "healthy", "active");
            awaitEvent(page, "joined", added.id());

            FaultyInstance first = instances.getFirst();
            try (var load = Load.on(8, cluster.gateway(), Call.UPPERCASE)) {
                load.awaitMore(100);
                first.behave(Behaviour.status(503));
                awaitRow(page, first.id(), "✗ ejected", "✓ healthy", "answered 503");
                assertThat(page.evaluate(row(first.id()).replace("?.innerText", "?.className")))
                        .contains("differs");
                awaitEvent(page, "ejected", first.id());
                first.behave(Behaviour.slow(Duration.ZERO));
                awaitRow(page, first.id(), "✓ active");
                awaitEvent(page, "returned", first.id());

                cluster.consul().setHealth(added.id(), Health.CRITICAL);
                awaitRow(page, added.id(), "✗ critical", "not used");
                awaitEvent(page, "left", added.id());
                cluster.consul().setHealth(added.id(), Health.PASSING);
                awaitRow(page, added.id(), "✓ active");

                added.close(); // as if it were killed
                awaitRow(page, added.id(), "✗ ejected", "not reached");
                for (int i = 0; i < 20; i++) { // some of them are retried, and so kept
                    cluster.gateway().post(Call.UPPERCASE.path() + "?key=" + SECRET, Call.UPPERCASE.json());
                }
                load.awaitMore(100);
                load.stop();
                assertThat(load.failures()).isEmpty();
            }
            agree(page);
            fleet.remove(added);
            page.await("(" + row(added.id()) + ") === ''");
            explains(page, first.id());
            accessible(page);
            remainsReadableOnAPhone(page);
            assertThat(page.evaluate("document.documentElement.outerHTML")).doesNotContain(SECRET);
        }
    }

    /// The page, the meters, the log, and the history of requests say the same.
    private void agree(Chromium.Page page) throws Exception {
        await().untilAsserted(() -> assertThat(cluster.gateway().meter("gateway_requests_in_flight"))
                .isZero());
        JsonNode service = JSON.readTree(cluster.gateway().admin("/live").body())
                .path("services")
                .path(0);
        double retries = cluster.gateway().meter("gateway_retries_total");
        assertThat(service.path("served").path("retries").asDouble()).isEqualTo(retries);
        assertThat(service.path("served").path("count").asDouble() + retries)
                .isEqualTo(cluster.gateway().meter("gateway_attempts_seconds_count"));
        assertThat(retries).isPositive();
        page.await("document.querySelector('#service-list .note').textContent.includes('%d retries so far')"
                .formatted((long) retries));

        JsonNode kept = JSON.readTree(cluster.gateway()
                        .admin("/requests?reason=retried&limit=1000")
                        .body())
                .path("requests");
        int furtherAttempts = 0;
        for (JsonNode one : kept) {
            furtherAttempts += one.path("attempts").size() - 1;
            String id = one.path("requestId").asText();
            String line = cluster.gateway().process().awaitLine("request_id=" + id);
            assertThat(line)
                    .contains(
                            " status=" + one.path("status").asText() + " ",
                            " attempts=" + one.path("attempts").size() + " ");
        }
        assertThat((double) furtherAttempts).isEqualTo(retries);
        page.await("document.querySelectorAll('#requests tbody tr').length > 0");
    }

    private static void explains(Chromium.Page page, String id) {
        page.evaluate("""
                (() => {
                  const form = document.getElementById('explain');
                  form.elements.method.value = 'POST';
                  form.elements.url.value = '/stringsvc/uppercase';
                  form.requestSubmit();
                })()""");
        page.await("document.getElementById('explanation').textContent.includes('Service stringsvc is asked for')");
        page.await("document.getElementById('explanation').textContent.includes('" + id + "')");
    }

    /// axe-core finds nothing to object to, in light and in dark.
    private static void accessible(Chromium.Page page) throws IOException {
        for (String scheme : List.of("light", "dark")) {
            page.emulateColorScheme(scheme);
            assertThat(Axe.violations(page)).as(scheme).isEqualTo("[]");
        }
    }

    /// Only tables and the picture scroll sideways, not the page.
    private static void remainsReadableOnAPhone(Chromium.Page page) {
        page.resize(360, 740);
        page.await("document.documentElement.scrollWidth <= 360");
    }
}
