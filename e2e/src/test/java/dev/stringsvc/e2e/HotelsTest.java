package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.TraceCollector;
import dev.stringsvc.testkit.TraceCollector.Seen;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/// Runs `make hotels` through the script that it calls: Consul, two instances of each role, and the gateway, which all
/// tests share. The later ones kill some of them.
@Timeout(240)
@TestMethodOrder(OrderAnnotation.class)
@ResourceLock("the ports from which the launcher looks for free ones")
class HotelsTest {
    private static final String DATES = "inDate=2015-04-09&outDate=2015-04-10";
    private static final String PUBLISHED = "{\"type\":\"FeatureCollection\",\"features\":["
            + "{\"id\":\"5\",\"type\":\"Feature\",\"properties\":{\"name\":\"Phoenix Hotel\","
            + "\"phone_number\":\"(415) 776-1380\"},"
            + "\"geometry\":{\"type\":\"Point\",\"coordinates\":[-122.4181,37.7831]}},"
            + "{\"id\":\"3\",\"type\":\"Feature\",\"properties\":{\"name\":\"Hotel Zetta\","
            + "\"phone_number\":\"(415) 543-8555\"},"
            + "\"geometry\":{\"type\":\"Point\",\"coordinates\":[-122.4071,37.7834]}}]}";

    private static TraceCollector traces;
    private static RunScript run;
    private static HotelsPage page;

    @BeforeAll
    static void start(@TempDir Path profile) throws IOException {
        traces = TraceCollector.start();
        run = RunScript.start(
                "hotels", Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", traces.endpoint(), "OTEL_BSP_SCHEDULE_DELAY", "100"));
        page = HotelsPage.in(run, profile);
    }

    @AfterAll
    static void stop() {
        page.close();
        run.close();
        traces.close();
    }

    @Test
    @Order(1)
    void gives_the_published_answer() throws Exception {
        HttpResponse<String> answer = run.get("/hotels?" + DATES);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(PUBLISHED);
    }

    @Test
    @Order(2)
    void serves_the_page_and_passes_on_the_frontends_own_problems() throws Exception {
        assertThat(run.get("/").body()).contains("<title>Hotels in San Francisco</title>");
        assertThat(run.get("/hotels?inDate=2015-04-09").body()).contains("\"parameter\":\"outDate\"");
    }

    @Test
    @Order(3)
    void makes_calls_of_json_by_the_tags_alone() throws Exception {
        assertThat(run.get("/api/profile/hotels?hotelIds=5&hotelIds=3&locale=de")
                        .body())
                .contains("\"name\":\"Phoenix Hotel\"", "\"name\":\"Hotel Zetta\"", "Motel der Fünfzigerjahre");
        assertThat(run.get("/api/rate/plans?hotelIds=5&" + DATES).body())
                .contains("\"hotelId\":\"5\"", "\"bookableRate\":109.0", "\"totalRateInclusive\":123.17");
        assertThat(run.get("/api/rate/plans?hotelIds=5&inDate=2015-04-09&outDate=2015-04-09")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    @Order(4)
    void makes_one_trace_of_all_calls_for_a_request() throws Exception {
        String id =
                run.get("/hotels?" + DATES).headers().firstValue("X-Request-Id").orElseThrow();
        await().atMost(Cluster.PATIENCE)
                .untilAsserted(
                        () -> assertThat(tree("", spansOfRequest(id), "")).isEqualTo("""
                        gateway SERVER GET /
                          gateway CLIENT GET
                            frontend SERVER GET /hotels
                              frontend CLIENT search.Search/Nearby
                                search SERVER search.Search/Nearby
                                  search CLIENT geo.Geo/Nearby
                                    geo SERVER geo.Geo/Nearby
                                  search CLIENT rate.Rate/GetRates
                                    rate SERVER rate.Rate/GetRates
                              frontend CLIENT profile.Profile/GetProfiles
                                profile SERVER profile.Profile/GetProfiles
                        """));
    }

    private static List<Seen> spansOfRequest(String id) {
        List<String> trace = traces.seen().stream()
                .filter(span -> id.equals(span.attributes().get("gateway.request_id")))
                .map(Seen::trace)
                .toList();
        return traces.seen().stream()
                .filter(span -> trace.contains(span.trace()))
                .sorted(Comparator.comparingLong(span -> span.span().getStartTimeUnixNano()))
                .toList();
    }

    /// One line a span, its children below it as they began.
    private static String tree(String parent, List<Seen> spans, String indent) {
        return spans.stream()
                .filter(span -> span.parent().equals(parent))
                .map(span -> indent + span.summary() + "\n" + tree(span.id(), spans, indent + "  "))
                .collect(Collectors.joining());
    }

    @TestFactory
    @Order(5)
    Stream<DynamicTest> page() {
        return page.tests();
    }

    @Test
    @Order(6)
    void one_killed_instance_of_each_service_costs_no_request() {
        try (var load = new Load50(run)) {
            load.awaitMore(100); // all programs have run their code a few times
            for (String role : List.of("geo", "rate", "profile", "search", "frontend")) {
                run.kill(role + "-1");
                load.awaitMore(75);
            }
            load.awaitMore(100);
            load.stop();
            assertThat(load.failures()).isEmpty();
        }
    }

    /// The first instances are killed before.
    @Test
    @Order(7)
    void page_shows_a_sentence_that_names_the_service_that_is_stopped() throws Exception {
        page.showsASentenceWhile("geo-2", "geo");
        page.showsASentenceWhile("profile-2", "profile");
    }

    @Test
    @Order(8)
    void names_the_service_of_which_all_instances_are_gone() {
        for (String role : List.of("geo", "search")) {
            run.kill(role + "-2");
            await().atMost(Cluster.PATIENCE).untilAsserted(() -> {
                HttpResponse<String> answer = run.get("/hotels?" + DATES);
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(answer.body()).contains("\"service\":\"" + role + "\"");
            });
        }
    }

    @Test
    @Order(9)
    void stops_in_order() {
        run.process().terminate();
        assertThat(run.process().awaitExit(Cluster.PATIENCE)).isZero();
        assertThat(run.process().lines())
                .anyMatch(line -> line.matches("profile-2 +\\| exited with code 0"))
                .anyMatch(line -> line.matches("profile-2 +\\| .*deregistered profile-2 from Consul.*"))
                .anyMatch(line -> line.matches("frontend-2 +\\| exited with code 0"))
                .last()
                .asString()
                .matches("consul +\\| (stopped|exited with code 0)");
    }

    /// Fifty requests a second, as long as fewer than forty wait for their answers.
    private static final class Load50 implements AutoCloseable {
        private static final int MOST_WAITING = 40;
        private static final List<String> PATHS = List.of(
                "/hotels?" + DATES,
                "/rates?hotelIds=5,3&" + DATES,
                "/hotels?" + DATES + "&details=true&locale=zh",
                "/api/rate/plans?hotelIds=5&" + DATES,
                "/api/profile/hotels?hotelIds=5");

        private final RunScript run;
        private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        private final AtomicInteger sent = new AtomicInteger();
        private final AtomicInteger answered = new AtomicInteger();
        private final List<String> failures = new CopyOnWriteArrayList<>();

        Load50(RunScript run) {
            this.run = run;
            var _ = clock.scheduleAtFixedRate(this::send, 0, 20, TimeUnit.MILLISECONDS);
        }

        private void send() {
            if (sent.get() - answered.get() >= MOST_WAITING) {
                return;
            }
            String path = PATHS.get(sent.getAndIncrement() % PATHS.size());
            var request = HttpRequest.newBuilder(run.uri(path)).build();
            var _ = run.http().sendAsync(request, BodyHandlers.ofString()).whenComplete((answer, failure) -> {
                if (failure != null) {
                    failures.add(path + ": " + failure);
                } else if (answer.statusCode() != 200 || !answer.body().contains("\"5\"")) {
                    failures.add(path + ": " + answer.statusCode() + " " + answer.body());
                }
                answered.incrementAndGet();
            });
        }

        /// Waits until so many more requests are answered.
        void awaitMore(int count) {
            int enough = answered.get() + count;
            await().atMost(Cluster.PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> answered.get() >= enough);
        }

        /// Sends no more, and waits for the answers.
        void stop() {
            clock.shutdown();
            await().atMost(Cluster.PATIENCE).until(() -> clock.isTerminated() && answered.get() == sent.get());
        }

        List<String> failures() {
            return failures;
        }

        @Override
        public void close() {
            clock.shutdownNow();
        }
    }
}
