package dev.stringsvc.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// What Compose gives Prometheus and Grafana: the folder `observability`.
final class Observability {
    static final Path FOLDER = Cluster.ROOT.resolve("observability");

    private static final Pattern METER = Pattern.compile("\\b(?:gateway|stringsvc|jvm|process|system)_\\w+");
    private static final Pattern VALUES = Pattern.compile("label_values\\((.+), (\\w+)\\)");
    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\|.*\\|[^|]*?`([^`]+)` \\|");

    /// What Grafana puts in the place of a variable if all its values are chosen. Unlike `.*` it keeps out
    /// the series that do not have the label, such as those of stringsvc's own process.
    static final String ALL = ".+";

    private Observability() {}

    /// A query in PromQL.
    ///
    /// @param name its alert, or its panel in the dashboard with a letter
    record Query(String name, String promql) {
        /// The meters in it, without the endings of a histogram's or a summary's series.
        Set<String> meters() {
            return METER.matcher(promql)
                    .results()
                    .map(MatchResult::group)
                    .map(meter -> meter.replaceFirst("_(?:bucket|count|sum)$", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    static List<JsonNode> alerts() throws IOException {
        JsonNode groups = new YAMLMapper().readTree(FOLDER.resolve("alerts.yml").toFile());
        return all(groups.path("groups")).stream()
                .flatMap(group -> all(group.path("rules")).stream())
                .toList();
    }

    static List<Query> alertQueries() throws IOException {
        return alerts().stream()
                .map(alert -> new Query(
                        alert.path("alert").asText(), alert.path("expr").asText()))
                .toList();
    }

    static JsonNode dashboard() throws IOException {
        return new JsonMapper()
                .readTree(FOLDER.resolve("grafana/dashboards/gateway.json").toFile());
    }

    /// The queries of the dashboard's panels and variables, with all values of the variables chosen.
    static List<Query> dashboardQueries() throws IOException {
        List<Query> queries = new ArrayList<>();
        for (JsonNode panel : dashboard().path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                String name = panel.path("title").asText() + " "
                        + target.path("refId").asText();
                queries.add(new Query(name, chosen(target.path("expr").asText())));
            }
        }
        for (JsonNode variable : dashboard().path("templating").path("list")) {
            var values = VALUES.matcher(variable.path("definition").asText());
            if (!values.matches()) {
                throw new IllegalStateException("not the values of a label: " + variable.path("definition"));
            }
            queries.add(new Query(
                    "$" + variable.path("name").asText(),
                    "group by (" + values.group(2) + ") (" + chosen(values.group(1)) + ")"));
        }
        return queries;
    }

    private static String chosen(String promql) {
        return promql.replace("$__rate_interval", "1m").replaceAll("\\$(?:gateway|route|service)\\b", ALL);
    }

    /// The rows of docs/metrics.md: each meter's name and query.
    static List<Query> documented() throws IOException {
        return Files.readAllLines(Cluster.ROOT.resolve("docs/metrics.md")).stream()
                .flatMap(line -> ROW.matcher(line).results())
                .map(row -> new Query(row.group(1), row.group(2)))
                .toList();
    }

    static List<JsonNode> all(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false).toList();
    }
}
