package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.PrometheusServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Three instances without faults.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServingTest {
    private static final String SUCCESS = "\"status\":\"success\"";

    private final Cluster cluster = new Cluster(3);

    @BeforeAll
    void warmUp() throws Exception {
        cluster.post("/stringsvc/uppercase", "{\"s\": \"warm\"}");
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    private static List<String> lines(Cluster cluster, int n, String containing) {
        return cluster.instance("stringsvc-" + n).lines().stream()
                .filter(line -> line.contains(containing))
                .toList();
    }

    @Test
    void the_readmes_requests_are_answered() throws Exception {
        var uppercase = cluster.post("/stringsvc/uppercase", "{\"s\": \"foo\"}");
        assertThat(uppercase.statusCode()).isEqualTo(200);
        assertThat(uppercase.body().strip()).isEqualTo("{\"v\":\"FOO\"}");
        var count = cluster.post("/stringsvc/count", "{\"s\": \"foo\"}");
        assertThat(count.body().strip()).isEqualTo("{\"v\":\"3\"}");
        var id = cluster.post("/stringsvc/notificator", "{\"email\": \"test\", \"content\": \"Hi\"}");
        assertThat(id.statusCode()).isEqualTo(200);
        assertThat(id.body()).containsPattern("\\{\"id\":\"[0-9a-f-]{36}\"}");
    }

    @Test
    void three_requests_are_served_by_three_instances_as_their_logs_show() throws Exception {
        for (String s : List.of("red", "green", "blue")) {
            cluster.post("/stringsvc/uppercase", "{\"s\":\"" + s + "\"}");
        }
        await().atMost(Cluster.PATIENCE)
                .until(() -> Stream.of("red", "green", "blue")
                                .mapToLong(s -> IntStream.rangeClosed(1, 3)
                                        .filter(n ->
                                                !lines(cluster, n, "input=" + s).isEmpty())
                                        .count())
                                .sum()
                        == 3);
        for (int n = 1; n <= 3; n++) {
            int instance = n;
            assertThat(Stream.of("red", "green", "blue")
                            .filter(s -> !lines(cluster, instance, "input=" + s).isEmpty()))
                    .hasSize(1);
        }
    }

    @Test
    void an_instances_own_errors_pass_through() throws Exception {
        var empty = cluster.post("/stringsvc/uppercase", "{\"s\": \"\"}");
        assertThat(empty.statusCode()).isEqualTo(400);
        assertThat(empty.body().strip()).isEqualTo("{\"v\":\"\",\"err\":\"empty string\"}");
        var malformed = cluster.post("/stringsvc/uppercase", "{");
        assertThat(malformed.statusCode()).isEqualTo(400);
        assertThat(malformed.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void the_gateways_own_errors_are_problems() throws Exception {
        var unknown = cluster.post("/elsewhere", "{}");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(unknown.body()).contains("No route takes /elsewhere.");
    }

    @Test
    void a_request_is_found_under_its_id_in_the_gateways_log_and_in_an_instances() throws Exception {
        var response = cluster.post("/stringsvc/uppercase", "{\"s\": \"traced\"}");
        String id = response.headers().firstValue("X-Request-Id").orElseThrow();
        String line = cluster.gateway().process().awaitLine("request_id=" + id);
        assertThat(line)
                .contains("method=POST path=/stringsvc/uppercase status=200", "route=uppercase", "attempts=1")
                .containsPattern("instance=stringsvc-[123]");
        String instance = line.replaceFirst(".*instance=(\\S+).*", "$1");
        cluster.instance(instance).awaitLine("input=traced.*request_id=" + id);
    }

    @Test
    void meters_and_upstreams_show_the_requests() throws Exception {
        cluster.post("/stringsvc/count", "{\"s\": \"metered\"}");
        await().atMost(Cluster.PATIENCE)
                .until(() -> cluster.admin("/metrics")
                        .body()
                        .contains("gateway_request_duration_seconds_bucket{instance=\"stringsvc-"));
        assertThat(cluster.admin("/metrics").body())
                .contains("gateway_instances{service=\"stringsvc\",state=\"active\"} 3.0")
                .contains("gateway_watch_index{service=\"stringsvc\"}");
        assertThat(cluster.admin("/upstreams").body())
                .contains("\"stringsvc-1\"", "\"stringsvc-2\"", "\"stringsvc-3\"", "\"lastError\" : null");
        assertThat(cluster.admin("/readyz").statusCode()).isEqualTo(200);
        assertThat(cluster.admin("/routes").body()).contains("\"/stringsvc/notificator\"");
    }

    @Test
    void promtool_has_nothing_to_say_of_either_programs_page() throws Exception {
        cluster.post("/stringsvc/count", "{\"s\": \"checked\"}");
        assertThat(PrometheusServer.lint(page(gateway()))).isEmpty();
        assertThat(PrometheusServer.lint(page(instances().getFirst()))).isEmpty();
    }

    @Test
    void prometheus_as_in_compose_answers_every_query_of_document_dashboard_and_alerts() throws Exception {
        try (var prometheus = PrometheusServer.configured(
                Observability.FOLDER,
                Map.of(
                        "gateway:8081",
                        gateway(),
                        "dns_sd_configs: [{ names: [stringsvc], type: A, port: 8000 }]",
                        "static_configs: [{ targets: ['" + String.join("', '", instances()) + "'] }]",
                        "15s",
                        "500ms"))) {
            cluster.post("/stringsvc/count", "{\"s\": \"scraped\"}");
            for (String query : List.of(
                    "up{job=\"gateway\"} == 1",
                    "up{job=\"stringsvc\"} == 1",
                    "gateway_request_duration_seconds_count{route=\"count\",instance=~\"stringsvc-.\"} > 0",
                    "stringsvc_call_duration_seconds_count{method=\"count\"} > 0")) {
                awaitValue(prometheus, query);
            }
            for (var query : Observability.documented()) {
                assertThat(prometheus.query(query.promql())).as(query.name()).contains(SUCCESS);
            }
            for (var query : Observability.dashboardQueries()) {
                assertThat(prometheus.query(query.promql())).as(query.name()).contains(SUCCESS);
                if (!query.name().equals("Attempts without a response A")) { // all got one
                    awaitValue(prometheus, query.promql());
                }
            }
            for (var query : Observability.alertQueries()) {
                assertThat(prometheus.query(query.promql())).as(query.name()).contains(SUCCESS);
                for (String meter : query.meters()) {
                    if (!meter.equals("gateway_grpc_call_duration_seconds")) { // stringsvc does not speak gRPC
                        awaitValue(prometheus, "{__name__=~\"" + meter + "(_count)?\"}");
                    }
                }
            }
            await().atMost(Cluster.PATIENCE)
                    .untilAsserted(() -> assertThat(prometheus.rules().split("\"health\":\"ok\"", -1))
                            .hasSize(Observability.alerts().size() + 1));
            assertThat(prometheus.query("ALERTS{alertstate=\"firing\"}")).contains("\"result\":[]");
        }
    }

    private String gateway() {
        return "127.0.0.1:" + cluster.gateway().adminPort();
    }

    /// The address of each instance.
    private List<String> instances() throws Exception {
        return Observability.all(cluster.gateway().upstream().path("instances")).stream()
                .map(instance -> "127.0.0.1:" + instance.path("port").asInt())
                .toList();
    }

    private static void awaitValue(PrometheusServer prometheus, String query) {
        await(query)
                .atMost(Cluster.PATIENCE)
                .untilAsserted(() -> assertThat(prometheus.query(query)).contains(SUCCESS, "\"value\":["));
    }

    private static String page(String address) throws Exception {
        try (var in = URI.create("http://" + address + "/metrics").toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
