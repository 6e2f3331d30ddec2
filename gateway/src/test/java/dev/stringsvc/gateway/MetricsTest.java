package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The page of `/metrics` of a gateway that has served a call.
class MetricsTest {
    private static final Pattern ROW =
            Pattern.compile("\\| `(gateway_\\w+)` \\|[^|]*\\|([^|]*)\\|([^|]*)\\|.*`.+` \\|");
    private static final Pattern HELP = Pattern.compile("# HELP (gateway_\\w+) (.*)");
    private static final Pattern SERIES = Pattern.compile("(gateway_\\w+?)(?:_bucket|_sum|_count)?(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");
    private static final String FORMER = "The former name of ";

    private static GrpcServer.Method echo() {
        return new GrpcServer.Method(GrpcServer.UNARY, ServerCalls.asyncUnaryCall((message, out) -> {
            out.onNext(message);
            out.onCompleted();
        }));
    }

    private static String page() throws Exception {
        try (var server = GrpcServer.serving(echo());
                var fixture = GrpcFixture.over("", server)) {
            var _ = fixture.unary("hello");
            await().atMost(Duration.ofSeconds(10))
                    .until(() ->
                            fixture.gateway().admin("/metrics").body().contains("gateway_grpc_call_duration_seconds"));
            return fixture.gateway().admin("/metrics").body();
        }
    }

    private static String labels(String list, String separator) {
        return Arrays.stream(list.split(separator, -1))
                .map(String::strip)
                .filter(label -> !label.isEmpty() && !label.equals("le"))
                .collect(Collectors.toCollection(TreeSet::new))
                .toString();
    }

    /// Labels and help text by name.
    private static Map<String, String> documented() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("../docs/metrics.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.put(
                        row.group(1),
                        labels(row.group(2), ",") + " " + row.group(3).strip());
            }
        }
        return rows;
    }

    /// The same of a page, without former names and the gauges of the largest times.
    private static Map<String, String> shown(String page) {
        Map<String, String> help = new TreeMap<>();
        page.lines().map(HELP::matcher).filter(Matcher::matches).forEach(found -> {
            if (!found.group(1).endsWith("_max") && !found.group(2).startsWith(FORMER)) {
                help.put(found.group(1), found.group(2));
            }
        });
        Map<String, String> shown = new TreeMap<>();
        page.lines().map(SERIES::matcher).filter(Matcher::matches).forEach(series -> {
            String name = series.group(1);
            if (help.containsKey(name)) {
                String labels = series.group(2) == null
                        ? ""
                        : LABEL.matcher(series.group(2))
                                .results()
                                .map(label -> label.group(1))
                                .collect(Collectors.joining(","));
                shown.put(name, labels(labels, ",") + " " + help.get(name));
            }
        });
        return shown;
    }

    @Test
    void the_page_and_the_document_have_the_same_meters_labels_and_help_texts() throws Exception {
        assertThat(shown(page())).isEqualTo(documented());
    }

    @Test
    void a_renamed_meter_shows_the_same_numbers_under_its_former_name() throws Exception {
        String page = page();
        for (var names : Map.of(
                        "gateway_requests_seconds", "gateway_request_duration_seconds",
                        "gateway_attempts_seconds", "gateway_attempt_duration_seconds",
                        "gateway_grpc_calls_seconds", "gateway_grpc_call_duration_seconds")
                .entrySet()) {
            List<String> former = series(page, names.getKey());
            assertThat(former).isNotEmpty();
            assertThat(former.stream().map(line -> line.replace(names.getKey(), names.getValue())))
                    .containsExactlyElementsOf(series(page, names.getValue()));
            assertThat(page).contains("# HELP " + names.getKey() + " " + FORMER + names.getValue());
        }
    }

    private static List<String> series(String page, String name) {
        return page.lines().filter(line -> line.startsWith(name)).toList();
    }
}
