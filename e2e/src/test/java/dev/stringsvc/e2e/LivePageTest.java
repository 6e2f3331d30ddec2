package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stringsvc.testkit.Axe;
import dev.stringsvc.testkit.Chromium;
import dev.stringsvc.testkit.Health;
import dev.stringsvc.testkit.PrometheusServer;
import dev.stringsvc.testkit.TraceCollector;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
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

    private final TraceCollector traces = TraceCollector.start();
    private final Cluster cluster = new Cluster(
            0,
            Map.of(
                    "OTEL_EXPORTER_OTLP_ENDPOINT",
                    traces.endpoint(),
                    "OTEL_BSP_SCHEDULE_DELAY",
                    "100",
                    "OTEL_METRICS_EXPORTER",
                    "otlp"),
            Cluster.config("brisk.yaml"));
    private final Fleet fleet = new Fleet(cluster);

    @TempDir
    private Path profile;

    LivePageTest() throws IOException {}

    @AfterAll
    void stop() {
        fleet.close();
        cluster.close();
        traces.close();
    }

    /// What the page's row says of an instance, in one line.
    static String row(String id) {
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

    static Chromium.Page open(Chromium browser, GatewayProcess gateway) throws IOException, InterruptedException {
        Chromium.Page page = browser.open(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/"));
        page.await("document.getElementById('connection').textContent === 'live'");
        return page;
    }

    @Test
    void shows_instances_that_come_fail_return_and_leave_and_agrees_with_the_meters() throws Exception {
        List<FaultyInstance> instances = fleet.fresh(3);
        try (var browser = Chromium.start(profile);
                Chromium.Page page = open(browser, cluster.gateway())) {
            for (FaultyInstance instance : instances) {
                awaitRow(page, instance.id(), "healthy", "active");
            }
            FaultyInstance added = fleet.add();
            awaitRow(page, added.id(), "healthy", "active");
            awaitEvent(page, "joined", added.id());

            // before there is load, since the meters of an instance end when it leaves
            cluster.consul().setHealth(added.id(), Health.CRITICAL);
            awaitRow(page, added.id(), "✗ critical", "not used");
            awaitEvent(page, "left", added.id());
            cluster.consul().setHealth(added.id(), Health.PASSING);
            awaitRow(page, added.id(), "✓ active");

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

    /// What one of the sources says that happened to the requests of the test.
    private record Numbers(long requests, long attempts, long retries) {}

    /// The page, the log, the traces, the requests that are kept and a real Prometheus say the same.
    private void agree(Chromium.Page page) throws Exception {
        await().untilAsserted(() -> assertThat(cluster.gateway().meter("gateway_requests_in_flight"))
                .isZero());
        try (var prometheus =
                PrometheusServer.scraping("127.0.0.1:" + cluster.gateway().adminPort())) {
            Numbers metered = ofPrometheus(prometheus);
            assertThat(metered.retries()).isPositive();
            assertThat(ofLog()).isEqualTo(metered);
            await().untilAsserted(() -> assertThat(ofTraces()).isEqualTo(metered));
            assertThat(ofLiveView()).isEqualTo(metered);
            page.await(
                    "document.querySelector('#service-list .note').textContent.includes('%s requests and %s retries so far')"
                            .formatted(grouped(metered.requests()), grouped(metered.retries())));
            assertThat(keptAgreeWithLogAndTrace(page)).isEqualTo(metered.retries());
            String exemplars = prometheus.exemplars("gateway_request_duration_seconds_bucket");
            assertThat(JSON.readTree(exemplars).findValuesAsText("trace_id"))
                    .isNotEmpty()
                    .isSubsetOf(traces.seen().stream()
                            .map(TraceCollector.Seen::trace)
                            .toList());
        }
    }

    /// As the page shows it.
    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static Numbers ofPrometheus(PrometheusServer prometheus) {
        return new Numbers(
                value(prometheus, "sum(gateway_request_duration_seconds_count)"),
                value(prometheus, "sum(gateway_attempt_duration_seconds_count)"),
                value(prometheus, "sum(gateway_retries_total)"));
    }

    private static long value(PrometheusServer prometheus, String query) {
        return await(query)
                .atMost(Cluster.PATIENCE)
                .ignoreExceptions()
                .until(
                        () -> JSON.readTree(prometheus.query(query))
                                .at("/data/result/0/value/1")
                                .asLong(),
                        value -> value > 0);
    }

    private Numbers ofLog() {
        List<String> lines = accessLog();
        long attempts = lines.stream()
                .mapToLong(line -> Long.parseLong(line.replaceFirst(".* attempts=(\\d+) .*", "$1")))
                .sum();
        return new Numbers(lines.size(), attempts, attempts - lines.size());
    }

    private List<String> accessLog() {
        return cluster.gateway().process().lines().stream()
                .filter(line -> line.contains(" path=" + Call.UPPERCASE.path() + " "))
                .toList();
    }

    private Numbers ofTraces() {
        long requests =
                traces.seen().stream().filter(TraceCollector.Seen::isServer).count();
        long attempts = traces.seen().size() - requests;
        long resent = traces.seen().stream()
                .filter(span -> span.attributes().containsKey("http.request.resend_count"))
                .count();
        return new Numbers(requests, attempts, resent);
    }

    private Numbers ofLiveView() throws Exception {
        JsonNode view = JSON.readTree(cluster.gateway().admin("/live").body());
        JsonNode served = view.path("services").path(0).path("served");
        long attempts = 0;
        for (JsonNode flow : view.path("flows")) {
            attempts += flow.path("attempts").asLong();
        }
        return new Numbers(
                served.path("count").asLong(), attempts, served.path("retries").asLong());
    }

    /// Compares each request that was retried with its line and its trace, and with its row on the page.
    ///
    /// @return their retries together
    private long keptAgreeWithLogAndTrace(Chromium.Page page) throws Exception {
        JsonNode kept = JSON.readTree(cluster.gateway()
                        .admin("/requests?reason=retried&limit=1000")
                        .body())
                .path("requests");
        Map<String, List<TraceCollector.Seen>> spans = traces.seen().stream()
                .sorted(Comparator.comparingLong(one -> one.span().getStartTimeUnixNano()))
                .collect(Collectors.groupingBy(TraceCollector.Seen::trace));
        long retries = 0;
        for (JsonNode one : kept) {
            String id = one.path("requestId").asText();
            String trace = one.path("traceId").asText();
            JsonNode attempts = one.path("attempts");
            String last = attempts.path(attempts.size() - 1).path("instance").asText();
            assertThat(accessLog().stream().filter(line -> line.contains("request_id=" + id)))
                    .singleElement(STRING)
                    .contains(
                            " status=" + one.path("status").asText() + " ",
                            " instance=" + last + " ",
                            " attempts=" + attempts.size() + " ",
                            " trace_id=" + trace);
            List<TraceCollector.Seen> ofRequest = Objects.requireNonNull(spans.get(trace));
            assertThat(ofRequest.stream().filter(TraceCollector.Seen::isServer))
                    .singleElement()
                    .satisfies(server -> assertThat(server.attributes())
                            .containsEntry("gateway.request_id", id)
                            .containsEntry(
                                    "http.response.status_code",
                                    one.path("status").asText()));
            assertThat(ofRequest.stream()
                            .filter(span -> !span.isServer())
                            .map(span -> attempt(
                                    span.attributes().getOrDefault("gateway.instance.id", ""),
                                    span.attributes().getOrDefault("gateway.outcome", ""))))
                    .containsExactlyElementsOf(StreamSupport.stream(attempts.spliterator(), false)
                            .map(made -> attempt(
                                    made.path("instance").asText(),
                                    made.path("outcome").asText()))
                            .toList());
            retries += attempts.size() - 1;
        }
        String newest = kept.path(0).path("requestId").asText();
        page.await("document.getElementById('requests').innerText.includes('" + newest + "')");
        return retries;
    }

    private static String attempt(String instance, String outcome) {
        return instance + ": " + outcome;
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
