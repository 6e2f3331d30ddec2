package dev.stringsvc.gateway.retry;

import static dev.stringsvc.gateway.balance.Picks.request;
import static dev.stringsvc.gateway.balance.Picks.requestFrom;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.discovery.DiscoveryEvent.Snapshot;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.route.Balancing;
import dev.stringsvc.gateway.route.Canary;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.TestRoutes;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.IdleTimeouts;
import dev.stringsvc.gateway.transport.Transports;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.ManualClock;
import dev.stringsvc.gateway.upstream.Policies;
import dev.stringsvc.gateway.upstream.Upstream;
import dev.stringsvc.gateway.upstream.UpstreamListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Which instance answers requests that are really sent, including retries.
class ForwardedBalanceTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Transports transports = new Transports(LONG, new IdleTimeouts(LONG, LONG));
    private final Upstream upstream = new Upstream(
            "s", transports, Policies.EJECTION, Policies.GUARD, new UpstreamListener() {}, new ManualClock());
    private final List<FakeInstance> running = new ArrayList<>();
    private final List<Instance> named = new ArrayList<>();

    /// An instance that answers with this status and its id.
    private FakeInstance run(String id, int status, String... tags) throws IOException {
        var instance = FakeInstance.answering(
                "HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s".formatted(status, id.length(), id));
        running.add(instance);
        named.add(new Instance(id, "127.0.0.1", instance.port(), List.of(tags), Map.of()));
        upstream.accept(new Snapshot(named, 1));
        return instance;
    }

    private Forwarder forwarder(String balancing, @Nullable Canary canary) {
        var to = TestRoutes.balanced("s", Balancing.parse(balancing), canary, LONG);
        var bulkhead = new Bulkhead();
        var budget = new RetryBudget(1, 1_000, bulkhead::held, System::nanoTime);
        return new Forwarder(
                new RouteContext(
                        Route.to(to, "r", "/"),
                        to,
                        upstream,
                        new RetryPolicy(Duration.ZERO, () -> 0),
                        budget,
                        budget,
                        new AttemptListener() {},
                        System::nanoTime),
                bulkhead);
    }

    private static String answer(Forwarder forwarder, UpstreamRequest request) throws IOException {
        var body = new ByteArrayOutputStream();
        try (var answered = (ProxyResult.Answered) forwarder.forward(request, RequestTrace.NONE)) {
            answered.response().copyBodyTo(body);
        }
        return body.toString(StandardCharsets.US_ASCII);
    }

    @AfterEach
    void nothing_is_in_flight() throws IOException {
        await().untilAsserted(() -> assertThat(upstream.endpoints()).allMatch(endpoint -> endpoint.inFlight() == 0));
        upstream.endpoints().forEach(endpoint -> endpoint.transport().close());
        transports.close();
        for (FakeInstance instance : running) {
            instance.close();
        }
    }

    @Test
    void a_session_stays_at_its_instance_and_finds_another_when_that_is_killed() throws Exception {
        run("a", 200);
        run("b", 200);
        FakeInstance killed = run("c", 200);
        run("d", 200);
        Forwarder forwarder = forwarder("hash cookie session", null);
        Map<String, String> homes = new HashMap<>();
        for (int i = 0; i < 240; i++) {
            String session = "s" + i % 80;
            String home = answer(forwarder, request("Cookie", "theme=dark; session=" + session));
            assertThat(homes.computeIfAbsent(session, key -> home)).isEqualTo(home);
        }
        assertThat(new HashSet<>(homes.values())).hasSize(4);
        killed.close();
        Map<String, String> moved = new HashMap<>();
        for (int i = 0; i < 240; i++) {
            String session = "s" + i % 80;
            String now = answer(forwarder, request("Cookie", "session=" + session));
            if ("c".equals(homes.get(session))) {
                assertThat(now).isNotEqualTo("c");
                assertThat(moved.computeIfAbsent(session, key -> now)).isEqualTo(now);
            } else {
                assertThat(now).isEqualTo(homes.get(session));
            }
        }
        assertThat(upstream.endpoints())
                .filteredOn(endpoint -> endpoint.state() == Endpoint.State.EJECTED)
                .extracting(endpoint -> endpoint.instance().id())
                .containsExactly("c");
    }

    @Test
    void a_client_stays_at_its_instance() throws Exception {
        run("a", 200);
        run("b", 200);
        Forwarder forwarder = forwarder("hash client", null);
        Set<String> answers = new HashSet<>();
        for (int n = 1; n <= 40; n++) {
            String home = answer(forwarder, requestFrom("192.0.2." + n));
            assertThat(answer(forwarder, requestFrom("192.0.2." + n))).isEqualTo(home);
            answers.add(home);
        }
        assertThat(answers).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void a_canary_that_fails_is_tried_at_another_canary_and_then_elsewhere() throws Exception {
        run("stable", 200);
        run("canary-1", 503, "canary");
        run("canary-2", 503, "canary");
        Forwarder forwarder =
                forwarder("round-robin", new Canary(null, Canary.Header.parse("X-Canary: yes"), "canary", Map.of()));
        for (int i = 0; i < 3; i++) {
            try (var answered =
                    (ProxyResult.Answered) forwarder.forward(request("X-Canary", "yes"), RequestTrace.NONE)) {
                assertThat(answered.attempts())
                        .extracting(attempt -> attempt.endpoint().instance().id())
                        .containsExactlyInAnyOrder("canary-1", "canary-2", "stable")
                        .endsWith("stable");
            }
            assertThat(answer(forwarder, request())).isEqualTo("stable");
        }
        for (int i = 0; i < 10; i++) {
            assertThat(answer(forwarder, request("X-Canary", "yes"))).isEqualTo("stable");
        }
    }
}
