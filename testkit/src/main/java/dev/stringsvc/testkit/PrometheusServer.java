package dev.stringsvc.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

    private final Path folder;
    private final AppProcess process;
    private final String address;
    private final HttpClient http = HttpClient.newHttpClient();

    private PrometheusServer(List<String> targets) throws IOException {
        folder = Files.createTempDirectory("prometheus-");
        Path file = Files.writeString(folder.resolve("prometheus.yml"), """
                global: {scrape_interval: 500ms, scrape_timeout: 500ms}
                scrape_configs:
                - job_name: tested
                  honor_labels: true
                  static_configs: [{targets: [%s]}]
                """.formatted(
                        targets.stream().map(target -> '"' + target + '"').collect(Collectors.joining(", "))));
        process = AppProcess.start(
                List.of(
                        Tool.path("prometheus"),
                        "--config.file=" + file,
                        "--enable-feature=exemplar-storage",
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:0"),
                Map.of());
        address = process.awaitLine("msg=\"Listening on\"").replaceFirst(".* address=(\\S+).*", "$1");
        var _ = process.awaitLine("Server is ready");
    }

    /// Starts a Prometheus that scrapes `/metrics` of these addresses, each `host:port`, twice a second.
    public static PrometheusServer scraping(String... targets) throws IOException {
        return new PrometheusServer(List.of(targets));
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

    private String get(String target) throws IOException, InterruptedException {
        var uri = URI.create("http://" + address + target);
        return http.send(HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), BodyHandlers.ofString())
                .body();
    }

    /// What `promtool check metrics` finds wrong with a page; empty if nothing.
    public static String lint(String page) throws IOException, InterruptedException {
        Path file = Files.createTempFile("metrics-", ".txt");
        try {
            Files.writeString(file, page);
            Process promtool = new ProcessBuilder(Tool.path("prometheus", "promtool"), "check", "metrics")
                    .redirectInput(file.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(promtool.getInputStream().readAllBytes(), UTF_8).strip();
            int code = promtool.waitFor();
            return code == 0 || !said.isEmpty() ? said : "promtool ended with " + code;
        } finally {
            Files.delete(file);
        }
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
