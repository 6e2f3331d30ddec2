package dev.stringsvc.gateway.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.discovery.DiscoveryEvent.Snapshot;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.route.Balancing;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.TestRoutes;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.Transport;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.ManualClock;
import dev.stringsvc.gateway.upstream.Policies;
import dev.stringsvc.gateway.upstream.Upstream;
import dev.stringsvc.gateway.upstream.UpstreamListener;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwarderTest {
    private final IOException cause = new IOException("scripted");

    private final AtomicLong nanos = new AtomicLong();
    private final Deque<Function<Duration, AttemptResult>> script = new ArrayDeque<>();
    private Function<Duration, AttemptResult> probed = timeout -> {
        throw new AssertionError("an ejected instance was asked");
    };
    private final ManualClock clock = new ManualClock();
    private final List<Integer> asked = new CopyOnWriteArrayList<>();
    private final List<UpstreamRequest> requests = new CopyOnWriteArrayList<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private Duration delay = Duration.ZERO;
    private final RetryBudget budget = new RetryBudget(0.2, 0, () -> 0, nanos::get);
    private final RetryBudget hedges = new RetryBudget(0.1, 0, () -> 0, nanos::get);
    private final Map<String, Forwarder> forwarders = new HashMap<>();
    private final Upstream upstream = new Upstream(
            "s",
            (host, port) -> new ScriptedTransport(port),
            Policies.EJECTION,
            Policies.GUARD,
            new UpstreamListener() {},
            clock);

    private final class ScriptedTransport implements Transport {
        private final int port;

        ScriptedTransport(int port) {
            this.port = port;
        }

        @Override
        public AttemptResult execute(UpstreamRequest request, Duration timeout) {
            asked.add(port);
            requests.add(request);
            boolean ejected = !upstream.panic()
                    && upstream.endpoints().stream()
                            .anyMatch(endpoint ->
                                    endpoint.instance().port() == port && endpoint.state() == Endpoint.State.EJECTED);
            return (ejected ? probed : script.remove()).apply(timeout);
        }

        @Override
        public void close() {}
    }

    private final class Heard implements AttemptListener {
        @Override
        public void attempted(Route route, Attempt attempt) {
            heard.add(attempt.outcome());
        }

        @Override
        public void retried(Route route) {
            heard.add("retry");
        }

        @Override
        public void budgetExhausted(Route route) {
            heard.add("budget exhausted");
        }

        @Override
        public void hedged(Route route) {
            heard.add("hedge");
        }

        @Override
        public void hedgeBudgetExhausted(Route route) {
            heard.add("hedge budget exhausted");
        }

        @Override
        public void probed(Route route, AttemptResult result) {
            heard.add("probe");
        }
    }

    private void instances(int count) {
        upstream.accept(new Snapshot(
                IntStream.rangeClosed(1, count)
                        .mapToObj(n -> Instance.of("i" + n, "h", n))
                        .toList(),
                1));
    }

    private void then(AttemptResult result) {
        script.add(timeout -> result);
    }

    private ProxyResult forward(boolean idempotent, String method, Body body) {
        return forwarder(idempotent)
                .forward(new UpstreamRequest(method, "/", null, new HeaderFields(), body), RequestTrace.NONE);
    }

    private Forwarder forwarder(boolean idempotent) {
        return forwarders.computeIfAbsent(idempotent + " " + delay, key -> newForwarder(idempotent));
    }

    private Forwarder newForwarder(boolean idempotent) {
        var to = TestRoutes.forward("s", idempotent, true);
        var route = Route.to(to, "r", "/");
        var policy = new RetryPolicy(delay, () -> 0);
        return new Forwarder(
                new RouteContext(route, to, upstream, policy, budget, hedges, new Heard(), nanos::get), new Bulkhead());
    }

    private ProxyResult forward(boolean idempotent) {
        return forward(idempotent, "POST", new Body.Buffered(new byte[1]));
    }

    @AfterEach
    void nothing_is_in_flight() {
        await().untilAsserted(() -> assertThat(upstream.endpoints()).allMatch(endpoint -> endpoint.inFlight() == 0));
        assertThat(script).isEmpty();
    }

    @Test
    void the_first_answer_is_passed_on_and_holds_its_permit_until_it_is_closed() {
        instances(1);
        var response = new CannedResponse(200);
        then(new AttemptResult.Responded(response));
        var answered = (ProxyResult.Answered) forward(false);
        assertThat(upstream.endpoints().getFirst().inFlight()).isEqualTo(1);
        assertThat(answered.response()).isSameAs(response);
        answered.close();
        assertThat(response.closed()).isTrue();
    }

    @Test
    void retries_on_another_instance_when_connection_is_refused() {
        instances(3);
        then(new AttemptResult.NotSent(cause, true));
        then(new AttemptResult.NotSent(cause, true));
        then(new AttemptResult.Responded(new CannedResponse(200)));
        try (var answered = (ProxyResult.Answered) forward(false)) {
            assertThat(answered.attempts()).hasSize(3);
        }
        assertThat(asked).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(heard).containsExactly("not reached", "retry", "not reached", "retry", "answered 200");
    }

    @Test
    void does_not_send_a_post_again_that_may_have_arrived() {
        instances(3);
        then(new AttemptResult.MaybeSent(cause));
        assertThat(forward(false)).isInstanceOf(ProxyResult.UpstreamFailed.class);
    }

    @Test
    void sends_what_the_route_calls_idempotent_again() {
        instances(3);
        then(new AttemptResult.MaybeSent(cause));
        then(new AttemptResult.Responded(new CannedResponse(200)));
        ((ProxyResult.Answered) forward(true)).close();
    }

    @Test
    void sends_what_the_method_calls_idempotent_again() {
        instances(3);
        then(new AttemptResult.TimedOut(Duration.ofSeconds(1), true));
        then(new AttemptResult.Responded(new CannedResponse(200)));
        ((ProxyResult.Answered) forward(false, "PUT", new Body.None())).close();
    }

    @Test
    void does_not_send_a_streamed_body_again_once_it_was_read() throws Exception {
        instances(3);
        var body = new Body.Streamed(new ByteArrayInputStream(new byte[10]), 10);
        script.add(timeout -> {
            assertThat(body.replayable()).isTrue();
            return new AttemptResult.NotSent(cause, true);
        });
        script.add(timeout -> {
            readOne(body);
            return new AttemptResult.MaybeSent(cause);
        });
        assertThat(forward(true, "POST", body)).isInstanceOf(ProxyResult.UpstreamFailed.class);
    }

    private static void readOne(Body.Streamed body) {
        try {
            assertThat(body.read(0, new byte[1])).isEqualTo(1);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_discarded_answer_is_closed_before_the_next_attempt_and_the_last_is_passed_on() {
        instances(3);
        var first = new CannedResponse(503);
        var second = new CannedResponse(503);
        then(new AttemptResult.Responded(first));
        script.add(timeout -> {
            assertThat(first.closed()).isTrue();
            return new AttemptResult.Responded(second);
        });
        then(new AttemptResult.Responded(new CannedResponse(503)));
        try (var answered = (ProxyResult.Answered) forward(true)) {
            assertThat(answered.response().status()).isEqualTo(503);
            assertThat(second.closed()).isTrue();
        }
    }

    @Test
    void one_hung_instance_costs_one_attempt_timeout_and_not_the_deadline() {
        instances(3);
        script.add(timeout -> {
            assertThat(timeout).isEqualTo(Duration.ofSeconds(1));
            nanos.addAndGet(timeout.toNanos());
            return new AttemptResult.TimedOut(timeout, true);
        });
        then(new AttemptResult.Responded(new CannedResponse(200)));
        ((ProxyResult.Answered) forward(false, "PUT", new Body.None())).close();
    }

    @Test
    void an_attempt_that_none_could_follow_has_all_the_time_there_is() {
        instances(3);
        script.add(timeout -> {
            assertThat(timeout).isEqualTo(Duration.ofSeconds(3));
            return new AttemptResult.TimedOut(timeout, true);
        });
        assertThat(forward(false)).isInstanceOf(ProxyResult.DeadlineExceeded.class);
    }

    @Test
    void the_last_attempt_has_the_time_that_the_others_left() {
        instances(3);
        then(new AttemptResult.NotSent(cause, true));
        then(new AttemptResult.NotSent(cause, true));
        script.add(timeout -> {
            assertThat(timeout).isEqualTo(Duration.ofSeconds(3));
            return new AttemptResult.TimedOut(timeout, true);
        });
        assertThat(forward(true)).isInstanceOf(ProxyResult.DeadlineExceeded.class);
    }

    @Test
    void an_attempt_has_no_more_time_than_the_deadline_leaves() {
        instances(3);
        script.add(timeout -> {
            nanos.addAndGet(Duration.ofMillis(2_600).toNanos());
            return new AttemptResult.NotSent(cause, true);
        });
        script.add(timeout -> {
            assertThat(timeout).isEqualTo(Duration.ofMillis(400));
            nanos.addAndGet(timeout.toNanos());
            return new AttemptResult.TimedOut(timeout, true);
        });
        assertThat(forward(true)).isInstanceOf(ProxyResult.DeadlineExceeded.class);
    }

    @Test
    void a_failure_after_the_deadline_is_the_deadlines() {
        instances(1);
        script.add(timeout -> {
            nanos.addAndGet(Duration.ofSeconds(4).toNanos());
            return new AttemptResult.MaybeSent(cause);
        });
        assertThat(forward(true)).isInstanceOf(ProxyResult.DeadlineExceeded.class);
    }

    @Test
    void when_everything_fails_retries_stay_within_the_budget() {
        instances(3);
        int requests = 1_000;
        for (int i = 0; i < requests * 3; i++) {
            then(new AttemptResult.MaybeSent(cause));
        }
        for (int i = 0; i < requests; i++) {
            assertThat(forward(true)).isInstanceOf(ProxyResult.UpstreamFailed.class);
        }
        script.clear();
        int most = (int) (requests * 1.2 + RetryBudget.LEAST);
        assertThat(asked).hasSizeBetween(most - 1, most);
        assertThat(heard).contains("budget exhausted");
    }

    @Test
    void what_reached_nobody_costs_no_budget() {
        instances(3);
        for (int i = 0; i < 1_000; i++) {
            then(new AttemptResult.NotSent(cause, true));
            then(new AttemptResult.Responded(new CannedResponse(200)));
            ((ProxyResult.Answered) forward(false)).close();
        }
        assertThat(heard).doesNotContain("budget exhausted");
    }

    @Test
    void without_an_instance_there_is_no_attempt() {
        assertThat(forward(true)).isEqualTo(new ProxyResult.NoInstances(false, List.of()));
        instances(0);
        assertThat(forward(true)).isEqualTo(new ProxyResult.NoInstances(true, List.of()));
    }

    @Test
    void the_clients_fault_is_not_repeated() {
        instances(3);
        then(new AttemptResult.ClientFault(cause));
        assertThat(forward(true)).isInstanceOf(ProxyResult.ClientFault.class);
    }

    @Test
    void whatever_fails_within_the_gateway_the_permit_and_the_answer_are_given_back() {
        instances(1);
        script.add(timeout -> {
            throw new IllegalStateException("a transport's bug");
        });
        assertThatThrownBy(() -> forward(true)).isInstanceOf(IllegalStateException.class);
        var response = new CannedResponse(503);
        then(new AttemptResult.Responded(response));
        delay = Duration.ofDays(1_000_000_000);
        assertThatThrownBy(() -> forward(true)).isInstanceOf(ArithmeticException.class);
        assertThat(response.closed()).isTrue();
    }

    @Test
    void endpoints_are_tried_in_turn_by_request_after_request() {
        instances(3);
        for (int i = 0; i < 6; i++) {
            then(new AttemptResult.Responded(new CannedResponse(200)));
            ((ProxyResult.Answered) forward(true)).close();
        }
        assertThat(asked).containsExactly(1, 2, 3, 1, 2, 3);
        assertThat(upstream.endpoints())
                .extracting(endpoint -> endpoint.state() == Endpoint.State.DRAINING)
                .containsOnly(false);
    }

    @Test
    void a_post_with_an_idempotency_key_is_repeated_where_the_route_allows_that() {
        instances(3);
        then(new AttemptResult.MaybeSent(cause));
        then(new AttemptResult.Responded(new CannedResponse(200)));
        var headers = new HeaderFields().add("idempotency-key", "k1");
        var request = new UpstreamRequest("POST", "/", null, headers, new Body.Buffered(new byte[1]));
        try (var answered = (ProxyResult.Answered) forwarder(false).forward(request, RequestTrace.NONE)) {
            assertThat(answered.attempts()).hasSize(2);
        }
    }

    @Test
    void an_ejected_instance_gets_a_copy_of_a_request_that_may_be_repeated_and_the_client_does_not_wait()
            throws Exception {
        instances(3);
        eject(upstream.endpoints().getFirst());
        clock.advance(Duration.ofMillis(5_001));
        var copies = new CountDownLatch(1);
        probed = timeout -> {
            copies.countDown();
            return new AttemptResult.Responded(new CannedResponse(200));
        };
        then(new AttemptResult.Responded(new CannedResponse(200)));
        var answered = (ProxyResult.Answered) forward(true);
        answered.close();
        assertThat(copies.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(answered.attempts())
                .singleElement()
                .matches(attempt -> attempt.endpoint() != upstream.endpoints().getFirst());
    }

    @Test
    void a_request_that_may_not_be_repeated_goes_to_an_ejected_instance_only_when_nobody_else_has_for_long() {
        instances(3);
        Endpoint ejected = upstream.endpoints().getFirst();
        eject(ejected);
        clock.advance(Duration.ofMillis(9_999));
        then(new AttemptResult.Responded(new CannedResponse(200)));
        try (var answered = (ProxyResult.Answered) forward(false)) {
            assertThat(answered.attempts()).noneMatch(attempt -> attempt.endpoint() == ejected);
        }
        clock.advance(Duration.ofMillis(2));
        probed = timeout -> new AttemptResult.Responded(new CannedResponse(200));
        try (var answered = (ProxyResult.Answered) forward(false)) {
            assertThat(answered.attempts()).allMatch(attempt -> attempt.endpoint() == ejected);
        }
    }

    @ParameterizedTest
    @CsvSource({"PUT, false", "DELETE, false", "POST, true"})
    void what_may_be_repeated_but_not_twice_at_a_time_is_never_copied(String method, boolean keyed) {
        instances(3);
        Endpoint ejected = upstream.endpoints().getFirst();
        eject(ejected);
        var headers = new HeaderFields();
        if (keyed) {
            headers.add("Idempotency-Key", "k1");
        }
        var request = new UpstreamRequest(method, "/", null, headers, new Body.None());
        clock.advance(Duration.ofMillis(5_001));
        then(new AttemptResult.Responded(new CannedResponse(200)));
        ((ProxyResult.Answered) forwarder(false).forward(request, RequestTrace.NONE)).close();
        assertThat(asked).doesNotContain(1);
        clock.advance(Duration.ofSeconds(5));
        probed = timeout -> new AttemptResult.TimedOut(timeout, true);
        then(new AttemptResult.Responded(new CannedResponse(200)));
        try (var answered = (ProxyResult.Answered) forwarder(false).forward(request, RequestTrace.NONE)) {
            assertThat(answered.attempts()).hasSize(2);
        }
        assertThat(asked).contains(1);
    }

    @Test
    void where_all_bodies_are_streams_an_ejected_instance_comes_back_too() throws Exception {
        instances(3);
        Endpoint ejected = upstream.endpoints().getFirst();
        eject(ejected);
        clock.advance(Duration.ofMillis(10_001));
        probed = timeout -> new AttemptResult.Responded(new CannedResponse(200));
        for (int i = 0; i < 3; i++) {
            var body = new Body.Streamed(new ByteArrayInputStream(new byte[10]), 10);
            ((ProxyResult.Answered) forward(true, "POST", body)).close();
        }
        assertThat(asked).containsExactly(1, 1, 1);
        assertThat(ejected.state()).isEqualTo(Endpoint.State.ACTIVE);
    }

    @Test
    void a_black_hole_for_streams_is_ejected() {
        instances(3);
        for (int i = 0; i < 15; i++) {
            script.add(timeout -> upstream.endpoints().getFirst().inFlight() > 0
                    ? new AttemptResult.TimedOut(timeout, true)
                    : new AttemptResult.Responded(new CannedResponse(200)));
            var body = new Body.Streamed(new ByteArrayInputStream(new byte[10]), 10);
            readOne(body);
            if (forward(false, "POST", body) instanceof ProxyResult.Answered answered) {
                answered.close();
            }
        }
        assertThat(upstream.endpoints().getFirst().state()).isEqualTo(Endpoint.State.EJECTED);
    }

    @Test
    void a_stream_has_all_the_time_there_is() {
        instances(3);
        script.add(timeout -> {
            assertThat(timeout).isEqualTo(Duration.ofSeconds(3));
            return new AttemptResult.Responded(new CannedResponse(200));
        });
        var body = new Body.Streamed(new ByteArrayInputStream(new byte[10]), 10);
        ((ProxyResult.Answered) forward(true, "PUT", body)).close();
    }

    private ProxyResult hedged(String method, String contentType) {
        var to = TestRoutes.balanced("s", new Balancing.RoundRobin(), null, Duration.ofMillis(30));
        var policy = new RetryPolicy(Duration.ZERO, () -> 0);
        var headers = new HeaderFields().add("content-type", contentType);
        return new Forwarder(
                        new RouteContext(
                                Route.to(to, "r", "/"), to, upstream, policy, budget, hedges, new Heard(), nanos::get),
                        new Bulkhead())
                .forward(new UpstreamRequest(method, "/", null, headers, new Body.None()), RequestTrace.NONE);
    }

    /// Does not answer until it is cancelled.
    private void hang() {
        script.add(timeout -> {
            var cancelled = new CountDownLatch(1);
            Objects.requireNonNull(requests.getFirst().cancellation()).onCancel(cancelled::countDown);
            awaitLatch(cancelled);
            return new AttemptResult.ClientFault(cause);
        });
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_copy_overtakes_an_attempt_that_takes_long() {
        instances(2);
        hang();
        then(new AttemptResult.Responded(new CannedResponse(200)));
        try (var answered = (ProxyResult.Answered) hedged("GET", "")) {
            assertThat(answered.attempts()).extracting(Attempt::outcome).containsExactly("overtaken", "answered 200");
            assertThat(answered.permit().endpoint())
                    .isSameAs(answered.attempts().getLast().endpoint());
        }
        assertThat(heard).containsExactly("hedge", "answered 200", "overtaken");
        assertThat(asked).containsExactly(1, 2);
    }

    @Test
    void a_copy_that_fails_waits_for_the_first() {
        instances(2);
        var failed = new CannedResponse(503);
        script.add(timeout -> {
            await().untilAsserted(() -> assertThat(heard).contains("answered 503"));
            return new AttemptResult.Responded(new CannedResponse(200));
        });
        then(new AttemptResult.Responded(failed));
        try (var answered = (ProxyResult.Answered) hedged("GET", "")) {
            assertThat(answered.response().status()).isEqualTo(200);
        }
        assertThat(failed.closed()).isTrue();
        assertThat(heard).doesNotContain("retry");
    }

    @Test
    void without_a_permit_for_copies_the_attempt_keeps_its_time() {
        instances(2);
        while (hedges.withdraw()) {
            // until none is left
        }
        script.add(timeout -> {
            await().untilAsserted(() -> assertThat(heard).contains("hedge budget exhausted"));
            return new AttemptResult.Responded(new CannedResponse(200));
        });
        ((ProxyResult.Answered) hedged("GET", "")).close();
        assertThat(asked).containsExactly(1);
    }

    @Test
    void grpc_is_cut_and_not_copied() {
        instances(2);
        script.add(timeout -> {
            assertThat(timeout).isEqualTo(Duration.ofMillis(30));
            return new AttemptResult.TimedOut(timeout, true);
        });
        then(new AttemptResult.Responded(new CannedResponse(200)));
        ((ProxyResult.Answered) hedged("POST", "application/grpc+proto")).close();
        assertThat(heard).contains("retry").doesNotContain("hedge");
    }

    private static void eject(Endpoint endpoint) {
        for (int i = 0; i < 5; i++) {
            try (var permit = endpoint.acquire()) {
                permit.ended(
                        new AttemptResult.TimedOut(Duration.ofSeconds(1), true), Duration.ofSeconds(1), true, true);
            }
        }
    }
}
