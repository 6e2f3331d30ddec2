package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.stringsvc.testkit.PrometheusServer;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The files of Prometheus and Grafana by themselves. [ServingTest] asks their queries.
class ObservabilityTest {
    /// Micrometer's own, which docs/metrics.md does not list one by one.
    private static final Pattern OF_THE_JVM = Pattern.compile("(?:jvm|process|system)_.*");

    private static final Pattern MOUNT = Pattern.compile("- \\./(observability/[^:]+):(/[^:]+):ro");

    private static String file(String name) {
        return Observability.FOLDER.resolve(name).toString();
    }

    @Test
    void promtool_accepts_the_configuration_and_the_rules() throws Exception {
        assertThat(PrometheusServer.promtool("check", "config", file("prometheus.yml")))
                .isEmpty();
        assertThat(PrometheusServer.promtool("check", "rules", "--lint=all", "--lint-fatal", file("alerts.yml")))
                .isEmpty();
    }

    @Test
    void each_alert_fires_when_it_should_and_only_then() throws Exception {
        assertThat(PrometheusServer.promtool("test", "rules", file("alerts.test.yml")))
                .isEmpty();
        String cases = Files.readString(Observability.FOLDER.resolve("alerts.test.yml"));
        assertThat(Observability.alerts())
                .hasSizeGreaterThan(10)
                .allSatisfy(alert -> assertThat(cases)
                        .contains("alertname=\"" + alert.path("alert").asText() + '"'));
    }

    @Test
    void each_alert_says_how_urgent_it_is_and_what_to_do() throws Exception {
        assertThat(Observability.alerts()).allSatisfy(alert -> {
            assertThat(alert.path("labels").path("severity").asText()).isIn("critical", "warning");
            assertThat(alert.path("annotations").path("summary").asText()).isNotBlank();
            assertThat(alert.path("annotations").path("description").asText()).isNotBlank();
        });
    }

    @Test
    void all_meters_in_alerts_and_in_the_dashboard_are_documented() throws Exception {
        Set<String> documented = Observability.documented().stream()
                .map(Observability.Query::name)
                .collect(Collectors.toSet());
        assertThat(documented).hasSizeGreaterThan(25);
        assertThat(Stream.concat(Observability.alertQueries().stream(), Observability.dashboardQueries().stream())
                        .flatMap(query -> query.meters().stream())
                        .filter(meter -> !OF_THE_JVM.matcher(meter).matches()))
                .hasSizeGreaterThan(25)
                .allSatisfy(meter -> assertThat(documented).contains(meter));
    }

    @Test
    void the_dashboard_uses_only_data_sources_that_grafana_is_given() throws Exception {
        JsonNode given = new YAMLMapper()
                .readTree(Observability.FOLDER
                        .resolve("grafana/provisioning/datasources/datasources.yml")
                        .toFile());
        Set<String> uids =
                given.path("datasources").findValuesAsText("uid").stream().collect(Collectors.toSet());
        uids.add("-- Grafana --"); // its own
        assertThat(Observability.dashboard().findValues("datasource"))
                .hasSizeGreaterThan(25)
                .allSatisfy(used -> assertThat(uids).contains(used.path("uid").asText()));
    }

    @Test
    void all_values_of_a_variable_are_only_series_that_have_its_label() throws Exception {
        assertThat(Observability.dashboard().path("templating").path("list").findValuesAsText("allValue"))
                .hasSize(3)
                .containsOnly(Observability.ALL);
    }

    @Test
    void no_two_panels_share_an_id_or_a_place() throws Exception {
        Set<Integer> ids = new HashSet<>();
        Set<List<Integer>> taken = new HashSet<>();
        for (JsonNode panel : Observability.dashboard().path("panels")) {
            String title = panel.path("title").asText();
            assertThat(ids.add(panel.path("id").asInt())).as(title).isTrue();
            JsonNode place = panel.path("gridPos");
            int right = place.path("x").asInt() + place.path("w").asInt();
            assertThat(right).as(title).isLessThanOrEqualTo(24);
            for (int x = place.path("x").asInt(); x < right; x++) {
                for (int y = 0; y < place.path("h").asInt(); y++) {
                    assertThat(taken.add(List.of(x, place.path("y").asInt() + y)))
                            .as(title)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void compose_mounts_what_is_there_where_grafana_looks_for_it() throws Exception {
        var mounts = MOUNT.matcher(Files.readString(Cluster.ROOT.resolve("docker-compose.yml")))
                .results()
                .toList();
        assertThat(mounts)
                .hasSizeGreaterThan(3)
                .allSatisfy(mount ->
                        assertThat(Cluster.ROOT.resolve(mount.group(1))).exists());
        JsonNode dashboards = new YAMLMapper()
                .readTree(Observability.FOLDER
                        .resolve("grafana/provisioning/dashboards/dashboards.yml")
                        .toFile());
        assertThat(mounts)
                .extracting(mount -> mount.group(2))
                .contains(dashboards.findValue("path").asText());
    }
}
