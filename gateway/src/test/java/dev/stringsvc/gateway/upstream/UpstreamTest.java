package dev.stringsvc.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.balance.RoundRobin;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Failure;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Snapshot;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.Transport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class UpstreamTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private final List<String> heard = new ArrayList<>();
    private final Map<Integer, Integer> closed = new HashMap<>();
    private final Balancers balancers = Balancers.of(RoundRobin::new);
    private final Upstream upstream = new Upstream(
            "s",
            (host, port) -> open(host, port),
            Policies.EJECTION,
            Policies.GUARD,
            new UpstreamListener() {
                @Override
                public void joined(String service, Endpoint endpoint) {
                    heard.add("+" + endpoint.instance().id());
                }

                @Override
                public void left(String service, Endpoint endpoint, String why) {
                    heard.add("-" + endpoint.instance().id());
                }
            },
            Clock.fixed(NOW, ZoneOffset.UTC));

    private final class IdleTransport implements Transport {
        private final int port;

        IdleTransport(int port) {
            this.port = port;
        }

        @Override
        public AttemptResult execute(UpstreamRequest request, Duration timeout) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            closed.merge(port, 1, Integer::sum);
        }
    }

    private Transport open(String host, int port) {
        if (host.contains("//")) {
            throw new IllegalArgumentException("unexpected host: " + host);
        }
        return new IdleTransport(port);
    }

    private static Instance instance(int n) {
        return Instance.of("i" + n, "10.0.0." + n, n);
    }

    private static Snapshot snapshot(int... numbers) {
        return new Snapshot(
                IntStream.of(numbers).mapToObj(UpstreamTest::instance).toList(), 7);
    }

    private List<String> ids() {
        return upstream.endpoints().stream()
                .map(endpoint -> endpoint.instance().id())
                .toList();
    }

    @RepeatedTest(20)
    void parallel_requests_are_spread_exactly() throws Exception {
        upstream.accept(snapshot(1, 2, 3));
        Map<String, LongAdder> picks = new ConcurrentHashMap<>();
        var barrier = new CyclicBarrier(30);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < 30; t++) {
                threads.execute(() -> {
                    awaitAll(barrier);
                    for (int i = 0; i < 100; i++) {
                        String id = upstream.pick(List.of(), balancers)
                                .orElseThrow()
                                .instance()
                                .id();
                        picks.computeIfAbsent(id, key -> new LongAdder()).increment();
                    }
                });
            }
        }
        assertThat(picks.values().stream().map(LongAdder::sum)).containsExactly(1000L, 1000L, 1000L);
    }

    private static void awaitAll(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void survivors_keep_their_endpoint_and_their_place_and_newcomers_come_last() {
        upstream.accept(snapshot(2, 3));
        List<Endpoint> before = upstream.endpoints();
        upstream.accept(snapshot(1, 2, 3));
        assertThat(ids()).containsExactly("i2", "i3", "i1");
        assertThat(upstream.endpoints().subList(0, 2)).isEqualTo(before);
        upstream.accept(snapshot(1, 3));
        assertThat(ids()).containsExactly("i3", "i1");
        assertThat(heard).containsExactly("+i2", "+i3", "+i1", "-i2");
    }

    @Test
    void an_instance_whose_address_cannot_be_is_left_out_and_the_others_are_used() {
        upstream.accept(snapshot(1));
        upstream.accept(new Snapshot(List.of(Instance.of("odd", "http://10.0.0.9", 80), instance(2)), 8));
        assertThat(ids()).containsExactly("i2");
        assertThat(upstream.watch().index()).isEqualTo(8);
        upstream.accept(snapshot(2, 3));
        assertThat(ids()).containsExactly("i2", "i3");
    }

    @Test
    void an_instance_that_moved_leaves_before_it_joins() {
        upstream.accept(new Snapshot(List.of(Instance.of("i", "10.0.0.1", 80)), 1));
        upstream.accept(new Snapshot(List.of(Instance.of("i", "10.0.0.1", 81)), 2));
        assertThat(heard).containsExactly("+i", "-i", "+i");
    }

    @Test
    void a_membership_change_does_not_begin_the_round_anew() {
        upstream.accept(snapshot(1, 2, 3));
        Map<String, Integer> picks = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            upstream.accept(i % 2 == 0 ? snapshot(1, 2, 3) : new Snapshot(upstreamInstances(), i));
            picks.merge(
                    upstream.pick(List.of(), balancers).orElseThrow().instance().id(), 1, Integer::sum);
        }
        assertThat(picks).containsExactlyInAnyOrderEntriesOf(Map.of("i1", 100, "i2", 100, "i3", 100));
    }

    @Test
    void a_newcomer_does_not_send_the_turn_back_to_the_first() {
        upstream.accept(snapshot(1, 2, 3));
        assertThat(upstream.pick(List.of(), balancers).orElseThrow().instance().id())
                .isEqualTo("i1");
        upstream.accept(snapshot(1, 2, 3, 4));
        assertThat(upstream.pick(List.of(), balancers).orElseThrow().instance().id())
                .isEqualTo("i2");
    }

    private List<Instance> upstreamInstances() {
        return upstream.endpoints().stream().map(Endpoint::instance).toList().reversed();
    }

    @Test
    void an_instance_that_moved_to_another_address_is_another_endpoint() {
        upstream.accept(new Snapshot(List.of(Instance.of("i", "10.0.0.1", 80)), 1));
        Endpoint before = upstream.endpoints().getFirst();
        upstream.accept(new Snapshot(List.of(Instance.of("i", "10.0.0.2", 80)), 2));
        assertThat(upstream.endpoints()).doesNotContain(before);
        assertThat(before.state()).isEqualTo(Endpoint.State.DRAINING);
    }

    @Test
    void new_tags_reach_a_survivor() {
        upstream.accept(new Snapshot(List.of(Instance.of("i", "h", 80)), 1));
        Endpoint before = upstream.endpoints().getFirst();
        upstream.accept(new Snapshot(List.of(new Instance("i", "h", 80, List.of("blue"), Map.of())), 2));
        assertThat(upstream.endpoints()).containsExactly(before);
        assertThat(before.instance().tags()).containsExactly("blue");
    }

    @Test
    void one_instance_listed_twice_is_one_endpoint() {
        upstream.accept(snapshot(1, 1, 2));
        assertThat(ids()).containsExactly("i1", "i2");
    }

    @Test
    void a_retry_goes_to_an_endpoint_that_was_not_tried_while_there_is_one() {
        upstream.accept(snapshot(1, 2, 3));
        List<Endpoint> tried = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tried.add(upstream.pick(tried, balancers).orElseThrow());
        }
        assertThat(tried).containsExactlyInAnyOrderElementsOf(upstream.endpoints());
        assertThat(upstream.hasUntried(tried)).isFalse();
        assertThat(upstream.pick(tried, balancers)).isPresent();
    }

    @Test
    void the_share_of_an_instance_that_fails_is_spread_evenly_over_the_others() {
        upstream.accept(snapshot(1, 2, 3, 4));
        Map<String, Integer> served = new HashMap<>();
        for (int i = 0; i < 1200; i++) {
            Endpoint first = upstream.pick(List.of(), balancers).orElseThrow();
            Endpoint last = first.instance().id().equals("i2")
                    ? upstream.pick(List.of(first), balancers).orElseThrow()
                    : first;
            served.merge(last.instance().id(), 1, Integer::sum);
        }
        assertThat(served).containsExactlyInAnyOrderEntriesOf(Map.of("i1", 400, "i3", 400, "i4", 400));
    }

    @Test
    void a_leaver_lets_go_of_its_connections_once_its_last_request_is_through() {
        upstream.accept(snapshot(1, 2));
        Endpoint leaver = upstream.endpoints().getFirst();
        Endpoint.Permit permit = leaver.acquire();
        upstream.accept(snapshot(2));
        assertThat(upstream.draining()).containsExactly(leaver);
        assertThat(closed).containsOnly(Map.entry(1, 1));
        permit.close();
        permit.close();
        assertThat(leaver.inFlight()).isZero();
        assertThat(upstream.draining()).isEmpty();
        assertThat(closed).containsOnly(Map.entry(1, 2));
    }

    @Test
    void a_failure_of_discovery_changes_nothing_but_what_is_said_of_the_watch() {
        upstream.accept(snapshot(1, 2));
        List<Endpoint> before = upstream.endpoints();
        upstream.accept(new Failure("no leader"));
        upstream.accept(new Failure("no leader"));
        assertThat(upstream.endpoints()).isSameAs(before);
        assertThat(upstream.watch()).isEqualTo(new WatchState(7, NOW, false, "no leader", 2, "no leader"));
        upstream.accept(snapshot(1, 2));
        assertThat(upstream.watch()).isEqualTo(new WatchState(7, NOW, false, null, 0, "no leader"));
    }

    @Test
    void without_instances_there_is_nothing_to_pick() {
        assertThat(upstream.pick(List.of(), balancers)).isEmpty();
        assertThat(upstream.watch().answered()).isFalse();
        upstream.accept(snapshot());
        assertThat(upstream.pick(List.of(), balancers)).isEmpty();
        assertThat(upstream.watch().answered()).isTrue();
    }
}
