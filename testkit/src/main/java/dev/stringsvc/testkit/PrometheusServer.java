package dev.stringsvc.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A real Prometheus, with its data in a temporary folder.
public final class PrometheusServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final double HOUR = 3_600;
    private static final String CONFIGURATION = "prometheus.yml";

    private final Path folder;
    private final AppProcess process;
    private final String address;
    private final HttpClient http = HttpClient.newHttpClient();

    private PrometheusServer(Path folder) throws IOException {
        this.folder = folder;
        process = AppProcess.start(
                List.of(
                        Tool.path("prometheus"),
                        "--config.file=" + folder.resolve(CONFIGURATION),
                        "--enable-feature=exemplar-storage",
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:0"),
                Map.of());
        address = process.awaitLine("msg=\"Listening on\"").replaceFirst(".* address=(\\S+).*", "$1");
        var _ = process.awaitLine("Server is ready");
    }

    /// Starts a Prometheus that scrapes `/metrics` of these addresses, each `host:port`, twice a second.
    public static PrometheusServer scraping(String... targets) throws IOException {
        Path folder = Files.createTempDirectory("prometheus-");
        Files.writeString(folder.resolve(CONFIGURATION), """
                global: {scrape_interval: 500ms, scrape_timeout: 500ms}
                scrape_configs:
                - job_name: tested
                  honor_labels: true
                  static_configs: [{targets: [%s]}]
                """.formatted(
                        Stream.of(targets).map(target -> '"' + target + '"').collect(Collectors.joining(", "))));
        return new PrometheusServer(folder);
    }

    /// Starts a Prometheus with a copy of a configuration: `prometheus.yml` in this folder, and the other
    /// `.yml` files beside it, such as rules.
    ///
    /// @param changes texts of `prometheus.yml`, such as addresses, and what replaces each in the copy
    public static PrometheusServer configured(Path folder, Map<String, String> changes) throws IOException {
        Path copy = Files.createTempDirectory("prometheus-");
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(one -> one.toString().endsWith(".yml")).toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        Path file = copy.resolve(CONFIGURATION);
        String text = Files.readString(file);
        for (var change : changes.entrySet()) {
            if (!text.contains(change.getKey())) {
                throw new IllegalArgumentException(folder.resolve(CONFIGURATION) + " has no " + change.getKey());
            }
            text = text.replace(change.getKey(), change.getValue());
        }
        Files.writeString(file, text);
        return new PrometheusServer(copy);
    }

    /// The answer to a query in PromQL, as JSON. A query that is not valid has `"status":"error"`.
    public String query(String promql) throws IOException, InterruptedException {
        return get("/api/v1/query?query=" + URLEncoder.encode(promql, UTF_8));
    }

    /// The exemplars of a query's series, as JSON.
    public String exemplars(String promql) throws IOException, InterruptedException {
        double now = System.currentTimeMillis() / 1_000.0;
        return get(String.format(
                Locale.ROOT,
                "/api/v1/query_exemplars?start=%.3f&end=%.3f&query=%s",
                now - HOUR,
                now + HOUR,
                URLEncoder.encode(promql, UTF_8)));
    }

    /// The rules that it has loaded, with the `health` and `lastError` of each, as JSON.
    public String rules() throws IOException, InterruptedException {
        return get("/api/v1/rules");
    }

    private String get(String path) throws IOException, InterruptedException {
        var uri = URI.create("http://" + address + path);
        return http.send(HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), BodyHandlers.ofString())
                .body();
    }

    /// What `promtool check metrics` finds wrong with a page; empty if nothing.
    public static String lint(String page) throws IOException, InterruptedException {
        Path file = Files.createTempFile("metrics-", ".txt");
        try {
            Files.writeString(file, page);
            Said said = promtool(Redirect.from(file.toFile()), "check", "metrics");
            return said.code() == 0 || !said.text().isEmpty() ? said.text() : "promtool ended with " + said.code();
        } finally {
            Files.delete(file);
        }
    }

    /// What promtool finds wrong; empty if nothing.
    ///
    /// @param args such as `check`, `config` and the path of a file
    public static String promtool(String... args) throws IOException, InterruptedException {
        Said said = promtool(Redirect.PIPE, args);
        return said.code() == 0 ? "" : "promtool ended with " + said.code() + ": " + said.text();
    }

    private record Said(int code, String text) {}

    private static Said promtool(Redirect input, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Tool.path("prometheus", "promtool")));
        command.addAll(List.of(args));
        Process promtool = new ProcessBuilder(command)
                .redirectInput(input)
                .redirectErrorStream(true)
                .start();
        String text = new String(promtool.getInputStream().readAllBytes(), UTF_8).strip();
        return new Said(promtool.waitFor(), text);
    }

    @Override
    public void close() {
        process.close();
        http.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
